import * as z from 'zod'

/** What the API answers for what it has deleted: always JSON, a 204 crashes the SDK. */
export const deletedResult = z.object({ id: z.string() })
