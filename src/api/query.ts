import * as z from 'zod'

/** A time in a query or a body. */
export const timeSchema = z.iso.datetime({ offset: true, error: 'expected an RFC 3339 time' })

/** Whether `text` has `part` in it, whatever the case; nothing asked for is in everything. */
export function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase())
}

/** The members of a query that finds records by their names. */
export const nameQuery = { name: z.string().optional(), search: z.string().optional() }

/** Returns whether a record has exactly the `name`, and `search` in its name; either may be missing. */
export function isNamedBy(query: { name?: string | undefined; search?: string | undefined }) {
  return ({ name }: { name: string }) =>
    (query.name === undefined || name === query.name) && contains(name, query.search)
}
