import * as z from 'zod'
import { applicationSchema } from '../access/application-schema'
import { chosenSchema } from '../access/chosen-schema'
import { identityProviderSchema } from '../access/identity-provider'
import { organizationMembersSchema, organizationSchema } from '../access/organization'
import { policySchema, reusablePolicySchema } from '../access/policy'
import { groupMembersSchema } from '../access/rules'
import { secondsSchema } from '../access/timestamps'
import { oauthClientSchema } from '../account/oauth-client'
import { idOf, KINDS, type Kind, type RecordOf } from './configuration'

// What the API has checked is kept with what it has added. Members that are not told here are kept.
const text = z.string().min(1)
const timestamps = {
  created_at: z.iso.datetime().optional(),
  updated_at: z.iso.datetime().optional(),
}

const policyEntrySchema = chosenSchema('A policy, or a reusable one by its id.', (value) => {
  const isOwn = typeof value === 'object' && value !== null && 'decision' in value
  const members = isOwn ? policySchema.shape : {}
  return z.looseObject({ ...members, ...timestamps, id: text, precedence: z.int() })
})

const SCHEMAS: Record<Kind, z.ZodType<object>> = {
  applications: z.looseObject({
    ...applicationSchema.shape,
    ...timestamps,
    id: text,
    aud: text,
    name: text,
    destinations: applicationSchema.shape.destinations.unwrap(),
    policies: z.array(policyEntrySchema),
  }),
  policies: z.looseObject({ ...reusablePolicySchema.shape, ...timestamps, id: text }),
  groups: z.looseObject({ ...groupMembersSchema.shape, ...timestamps, id: text }),
  serviceTokens: z.looseObject({
    ...timestamps,
    id: text,
    name: text,
    client_id: text,
    enabled: z.boolean(),
    duration: text,
    expires_at: z.iso.datetime({ offset: true }).optional(),
    client_secret_version: z.int(),
    secretHash: text,
    previous: z
      .object({ secretHash: text, expires_at: z.iso.datetime({ offset: true }) })
      .optional(),
  }),
  identityProviders: z.looseObject(timestamps).pipe(
    z.preprocess((value) => {
      const { created_at: _, updated_at: __, ...provider } = value as Record<string, unknown>
      return provider
    }, identityProviderSchema),
  ),
  tags: z.looseObject({ ...timestamps, name: text }),
  oauthClients: z.looseObject({
    ...oauthClientSchema.shape,
    ...timestamps,
    client_id: text,
    account_id: text,
    visibility: z.enum(['public', 'private']),
    optional_scopes: z.array(z.string()),
    secretHashes: z.array(z.string()),
    promoted_at: z.iso.datetime().optional(),
    client_uri_verification: z
      .object({
        status: z.enum(['pending', 'in_progress', 'verified', 'failed']),
        text: z.string(),
        startedAtSeconds: secondsSchema,
      })
      .optional(),
  }),
  organizations: z
    .looseObject({ ...organizationMembersSchema.shape, ...timestamps })
    .transform((members) => ({ ...organizationSchema.parse({}), ...members })),
}

/**
 * An edit as it is kept: its value is the JSON of a record of its kind, or of null where the record was
 * deleted.
 */
export const editRowSchema = z
  .strictObject({ kind: z.enum(KINDS), id: z.string(), value: z.string() })
  .transform((row, context) => {
    const value = completed(row, context)
    return value === undefined ? z.NEVER : { ...row, value }
  })

/** What the edge still sees of a record; null is the record of the seed. */
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

// The record as JSON, with what an older version of the emulator did not know of it.
function completed(
  { kind, id, value }: { kind: Kind; id: string; value: string },
  context: z.RefinementCtx,
): string | undefined {
  const refuse = (message: string, path: PropertyKey[] = []) =>
    context.addIssue({ code: 'custom', path: ['value', ...path], message })
  const record = jsonOf(value)
  if (record === undefined) return void refuse('expected JSON')
  if (record === null) {
    return kind === 'organizations' ? void refuse('there is always an organization') : value
  }
  const result = SCHEMAS[kind].safeParse(record)
  if (!result.success) {
    const [issue] = result.error.issues
    return void refuse(`${issue?.message}`, issue?.path)
  }
  const whole = { ...(record as object), ...result.data } as RecordOf<Kind>
  if (idOf(kind, whole) !== id) return void refuse(`is of ${idOf(kind, whole)}, not of ${id}`)
  return JSON.stringify(whole)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
