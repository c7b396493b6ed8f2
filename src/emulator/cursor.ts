import type { AppContext } from '../request/context'

/** Where a page of a list begins; undefined for the first. */
export function readCursor(c: AppContext): string | undefined {
  return c.req.query('cursor') || undefined
}
