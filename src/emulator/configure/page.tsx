import type { HtmlEscapedString } from 'hono/utils/html'
import type { Problems } from '../../pages/configure/fields'
import { PageError } from '../../pages/page-error'
import { respondPage } from '../../pages/respond'
import { readText } from '../../request/body'
import type { AppContext } from '../../request/context'
import { requireSameOrigin } from '../console/form'
import { pageOf } from '../console/view'

const LONGEST_FORM_BYTES = 1 << 20
/** The longest form of an import: a list of a large account. */
export const LONGEST_IMPORT_BYTES = 16 << 20

/** Returns the properties that every administrator's page has. */
export async function administratorPage(c: AppContext) {
  const newest = await c.get('emulator').events.newestNumber()
  return { ...pageOf(c, newest), origin: c.get('url').origin }
}

/** Responds with an administrator's page. */
export function respond(
  c: AppContext,
  status: number,
  page: (nonce: string) => HtmlEscapedString | Promise<HtmlEscapedString>,
): Promise<Response> {
  return respondPage(c, status, page, { withScript: true, connectsToSelf: true })
}

/**
 * Reads a form of one of these pages.
 *
 * @throws PageError for a form of another site
 */
export async function readPageForm(
  c: AppContext,
  limit = LONGEST_FORM_BYTES,
): Promise<URLSearchParams> {
  requireSameOrigin(c)
  return new URLSearchParams(await readText(c, limit))
}

/**
 * Returns a problem if a record has changed since its form was loaded. The API has no precondition, so a
 * change between this comparison and the request is lost.
 */
export function changedSince(updatedAt: string, form: URLSearchParams): Problems | undefined {
  const loaded = form.get('updated_at')
  if (loaded === null || loaded === updatedAt) return undefined
  return {
    '': [
      `It was changed at ${updatedAt}, after you opened this page. Your input is still here: compare it, then save again to replace that change. (The API cannot exclude a change in the moment of saving.)`,
    ],
  }
}

/** Returns the page for a record that does not exist. */
export function unknownRecord(message = 'The API does not know it.'): PageError {
  return new PageError(404, 'Not found', message, 'Open the list again: it may have been deleted.')
}
