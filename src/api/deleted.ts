import * as z from 'zod'

/** The result of a DELETE. API: observed [V5]. Always JSON: the SDK cannot read a 204. */
export const deletedResult = z.object({ id: z.string() })
