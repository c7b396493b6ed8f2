import * as z from 'zod'
import { secondsSchema, timestampMembers } from '../access/timestamps'
import { jsonOf } from '../oauth/encoding'
import { KINDS, type Kind, recordKind } from './kinds'

const timestampsSchema = z.looseObject(timestampMembers)

/**
 * A stored edit. Its value is the JSON of a record of its kind, or of null if the record was deleted.
 */
export const editRowSchema = z
  .strictObject({ kind: z.enum(KINDS), id: z.string(), value: z.string() })
  .transform((row, context) => {
    const value = completed(row, context)
    return value === undefined ? z.NEVER : { ...row, value }
  })

/** A stored late edit: the record that the edge still sees; null is the record of the seed. */
export const lateEditRowSchema = z
  .strictObject({
    kind: z.enum(KINDS),
    id: z.string(),
    value: z.string().nullable(),
    untilSeconds: secondsSchema,
  })
  .transform((row, context) => {
    const { value } = row
    if (value === null) return row
    const known = completed({ ...row, value }, context)
    return known === undefined ? z.NEVER : { ...row, value: known }
  })

// Returns the record as JSON, with the members that an earlier version of the emulator did not have.
function completed(
  { kind, id, value }: { kind: Kind; id: string; value: string },
  context: z.RefinementCtx,
): string | undefined {
  const refuse = (message: string, path: PropertyKey[] = []) =>
    context.addIssue({ code: 'custom', path: ['value', ...path], message })
  const record = jsonOf(value)
  if (record === undefined) return void refuse('expected JSON')
  const { idOf, isSingleton, noun, schema } = recordKind(kind)
  if (record === null) return isSingleton ? void refuse(`an ${noun} cannot be deleted`) : value
  const result = timestampsSchema.safeParse(record)
  const checked = result.success ? schema.safeParse(withoutTimestamps(result.data)) : result
  if (!checked.success) {
    const [issue] = checked.error.issues
    return void refuse(`${issue?.message}`, issue?.path)
  }
  const whole = { ...(record as object), ...checked.data }
  if (idOf(whole) !== id) return void refuse(`is the record ${idOf(whole)}, expected ${id}`)
  return JSON.stringify(whole)
}

function withoutTimestamps({ created_at: _, updated_at: __, ...rest }: Record<string, unknown>) {
  return rest
}
