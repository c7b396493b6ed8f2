import type { AppContext } from '../request/context'

/** Reads the cursor at which a page of a list begins; undefined for the first page. */
export function readCursor(c: AppContext): string | undefined {
  return c.req.query('cursor') || undefined
}
