import FIDELITY from '../../docs/fidelity.md' with { type: 'text' }
import { RulePage } from '../pages/console/rule'
import { PageError } from '../pages/page-error'
import { respondPage } from '../pages/respond'
import type { AppContext } from '../request/context'
import { pageOf } from './console/view'
import { notFound } from './not-found'
import { prefersPage } from './prefers-page'
import { respond } from './respond'
import type { Responses } from './responses'

type Rule = Responses['GET rules/{id}']

/** Handles `GET /_emulator/rules`: lists the rows of docs/fidelity.md, which events name. */
export function showRules(c: AppContext): Response {
  return respond(c, 'GET rules', { rules: rules() })
}

/**
 * Handles `GET /_emulator/rules/{id}`: shows a row of docs/fidelity.md. Browsers get a page, other callers
 * JSON.
 *
 * @throws OAuthError `not_found`, PageError
 */
export async function showRule(c: AppContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const rule = rules().find((each) => each.id === id.toUpperCase())
  const isPage = prefersPage(c)
  c.header('Vary', 'Accept', { append: true })
  if (!rule) throw unknown(id, isPage)
  if (!isPage) return respond(c, 'GET rules/{id}', rule)
  const newest = await c.get('emulator').events.newestNumber()
  return respondPage(
    c,
    200,
    (nonce) => <RulePage nonce={nonce} {...pageOf(c, newest)} rule={rule} />,
    { withScript: true, connectsToSelf: true },
  )
}

let parsed: Rule[] | undefined

function rules(): Rule[] {
  parsed ??= parse(FIDELITY)
  return parsed
}

// Each section has one table, whose first column is the id.
function parse(markdown: string): Rule[] {
  return markdown.split(/^## /m).flatMap((text) => {
    const [section = '', ...lines] = text.split('\n')
    const [header = [], ...rows] = lines.filter((line) => line.startsWith('| ')).map(cellsOf)
    return rows.map(([id = '', behaviour = '', ...others]) => ({
      id,
      section,
      behaviour,
      details: others.map((value, index) => ({ name: header[index + 2] ?? '', value })),
    }))
  })
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('**', ''))
}

function unknown(id: string, isPage: boolean): Error {
  if (!isPage) return notFound(`rule ${id}`, 'GET /_emulator/rules lists the rules')
  const message = `docs/fidelity.md has no row ${id.slice(0, 100)}.`
  return new PageError(404, 'Unknown rule', message, 'Events name the rows that exist.')
}
