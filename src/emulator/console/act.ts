import * as z from 'zod'
import { PageError } from '../../pages/page-error'
import { readText } from '../../request/body'
import type { AppContext } from '../../request/context'
import { requireSameOrigin, returnTo } from './form'
import { type Control, inside } from './inside'

const formSchema = z.object({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string(),
  body: z.string().optional(),
  back: z.string(),
})

/**
 * Handles `POST /_emulator/console/do`: sends the request of a console button to the control, then
 * redirects to the page with the button, which shows a refusal as a notice. Fields named
 * `text.<member>` and `number.<member>` become members of the body; empty fields are left out.
 *
 * @throws PageError for a form of another site, or one that no page of the console sends
 */
export async function act(c: AppContext, control: Control): Promise<Response> {
  requireSameOrigin(c)
  const form = new URLSearchParams(await readText(c))
  const fields = formSchema.safeParse(Object.fromEntries(form))
  if (!fields.success) throw unknownForm()
  const { method, path, back } = fields.data
  const to = ownPath(c, path)
  const page = ownPath(c, back)
  // The control contains this handler, which must not call itself.
  if (to.pathname.startsWith('/_emulator/console/')) throw unknownForm()
  const body = bodyOf(fields.data.body, form)
  const response = await inside(c, control, method, to.pathname + to.search, body)
  return returnTo(c, page, response)
}

function ownPath(c: AppContext, path: string): URL {
  const { origin } = c.get('url')
  const url = path.startsWith('/_emulator/') ? URL.parse(path, origin) : null
  // `..` in the path may lead out of it again.
  if (url?.origin !== origin || !url.pathname.startsWith('/_emulator/')) throw unknownForm()
  return url
}

function bodyOf(text: string | undefined, form: URLSearchParams): string | undefined {
  const members: Record<string, unknown> = {}
  for (const [field, value] of form) {
    const [, type, member] = field.match(/^(text|number)\.(\w+)$/) ?? []
    if (member && value !== '') members[member] = type === 'number' ? Number(value) : value
  }
  if (Object.keys(members).length === 0) return text === undefined ? undefined : readJson(text)
  return JSON.stringify({ ...JSON.parse(readJson(text ?? '{}')), ...members })
}

function readJson(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    throw unknownForm()
  }
  return text
}

function unknownForm(): PageError {
  return new PageError(
    400,
    'Unknown form',
    'No page of the console sends this form.',
    'Open /_emulator/ and try again.',
  )
}
