import * as z from 'zod'

/** A time in a query or a body. */
export const timeSchema = z.iso.datetime({ offset: true, error: 'expected an RFC 3339 time' })

/** Whether `text` has `part` in it, whatever the case; nothing asked for is in everything. */
export function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase())
}
