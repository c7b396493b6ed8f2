import { PageError } from '../../pages/page-error'
import { bytesWithin } from '../../request/bytes'
import type { AppContext } from '../../request/context'
import { LONGEST_STATE_BYTES } from '../state'
import { requireSameOrigin, returnTo } from './form'
import { type Control, inside } from './inside'

/**
 * Handles `POST /_emulator/console/load`: sends the chosen file to `PUT /_emulator/state`, then redirects to
 * the page of the state.
 *
 * @throws PageError for a form of another site, or one without a file
 */
export async function loadFile(c: AppContext, control: Control): Promise<Response> {
  requireSameOrigin(c)
  const text = await fileOf(c)
  const response = await inside(c, control, 'PUT', '/_emulator/state', text)
  return returnTo(c, new URL('/_emulator/console/state', c.get('url')), response)
}

async function fileOf(c: AppContext): Promise<string> {
  const { headers } = c.req.raw
  const bytes = await bytesWithin(c.req.raw, LONGEST_STATE_BYTES)
  const form = bytes && (await new Response(bytes, { headers }).formData().catch(() => undefined))
  const file = form?.get('file')
  if (typeof file === 'object' && file !== null) return file.text()
  throw new PageError(
    400,
    'No state file',
    'The form has no file, or the file is longer than 64 MiB.',
    'Choose a file that “Save” on this page has written.',
  )
}
