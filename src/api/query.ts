import * as z from 'zod'

/** An RFC 3339 time in a query or a body. */
export const timeSchema = z.iso.datetime({ offset: true, error: 'expected an RFC 3339 time' })

/** Returns whether `text` contains `part`, ignoring case; a missing `part` is always contained. */
export function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase())
}

/** The query members that find records by name. */
export const nameQuery = { name: z.string().optional(), search: z.string().optional() }

/** Returns a filter for records with exactly this `name`, and with `search` in their name. */
export function isNamedBy(query: { name?: string | undefined; search?: string | undefined }) {
  return ({ name }: { name: string }) =>
    (query.name === undefined || name === query.name) && contains(name, query.search)
}
