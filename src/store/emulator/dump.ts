import * as z from 'zod'
import { identitySchema, peopleSchema } from '../../access/identity'
import { signingKeySchema } from '../../access/keys'
import { EARLIEST_SECONDS, LATEST_SECONDS, secondsSchema } from '../../access/timestamps'
import { autoSignInSchema } from '../../switches/auto-sign-in'
import { FAULT_NAMES, FAULTS } from '../../switches/faults'
import { QUIRK_NAMES } from '../../switches/quirks'
import { editRowSchema, lateEditRowSchema } from '../edit-schema'
import { rows } from '../rows'
import { MOST_CHARACTERS } from './edits'
import { portalStateRowSchema } from './portal-state'

const text = z.string()

// The storage limits a value to 2 MB.
const MOST_BYTES = 1024 * 1024
const MOST_REVOCATIONS = 5000

const editsSchema = rows(editRowSchema, ({ kind, id }) => `${kind} ${id}`).refine(
  (edits) => edits.reduce((sum, { value }) => sum + value.length, 0) <= MOST_CHARACTERS,
  'expected at most 16 MiB',
)

const sessionSchema = z.looseObject({
  id: text,
  identity: identitySchema,
  holder: z.enum(['browser', 'client']),
  revision: z.int(),
  issuedAtSeconds: secondsSchema,
  expiresAtSeconds: secondsSchema,
  ip: text,
  country: text,
})
const applicationSchema = z.looseObject({ hostname: text, name: text, type: text, uid: text })
const connectionSchema = z.looseObject({
  grantId: text,
  clientId: text,
  clientName: text,
  accountIds: z.array(text),
  scopes: z.array(text),
  authorizedAtSeconds: secondsSchema,
})

// The tables of the API's edits and of the records derived from events, with their columns.
const tablesSchema = z.object({
  edit: editsSchema,
  late_edit: rows(lateEditRowSchema, ({ kind, id }) => `${kind} ${id}`).default([]),
  user: rows(
    z.strictObject({
      email: text,
      name: text,
      createdAtSeconds: secondsSchema,
      updatedAtSeconds: secondsSchema,
      lastLoginAtSeconds: secondsSchema.nullable(),
    }),
    ({ email }) => email,
  ),
  session: rows(
    z.strictObject({
      id: text,
      email: text,
      expiresAtSeconds: secondsSchema,
      value: jsonOf(sessionSchema),
    }),
    ({ id }) => id,
  ),
  session_application: rows(
    z.strictObject({ sessionId: text, uid: text, value: jsonOf(applicationSchema) }),
    ({ sessionId, uid }) => `${sessionId} ${uid}`,
  ),
  token_use: rows(
    z.strictObject({ serviceTokenId: text, atSeconds: secondsSchema }),
    ({ serviceTokenId }) => serviceTokenId,
  ),
  connection: rows(
    z.strictObject({
      grantId: text,
      email: text,
      endsAtSeconds: secondsSchema,
      value: jsonOf(connectionSchema),
    }),
    ({ grantId }) => grantId,
  ),
  // Earlier versions did not write these.
  tool_call: rows(
    z.strictObject({ minute: z.int(), portalId: text, serverId: text, calls: z.int().min(1) }),
    ({ minute, portalId, serverId }) => `${minute} ${portalId} ${serverId}`,
  ).default([]),
  portal_state: rows(portalStateRowSchema, ({ id, kind }) => `${kind} ${id}`).default([]),
})
const faultSchema = z
  .object({
    name: z.enum(FAULT_NAMES),
    parameters: z.unknown(),
    left: z.int().min(1).nullable(),
    struck: z.int(),
  })
  .transform(({ name, parameters, ...rest }, context) => {
    const result = FAULTS[name].parameters.safeParse(parameters)
    if (result.success) return { name, parameters: result.data, ...rest }
    context.addIssue({ code: 'custom', message: `the parameters do not match the fault ${name}` })
    return z.NEVER
  })

const clockOffsetSchema = z.int().refine((offset) => {
  const now = Date.now() / 1000 + offset
  return EARLIEST_SECONDS <= now && now <= LATEST_SECONDS
}, 'expected a time before the end of the year 9999')

const revocationsSchema = z
  .object({
    count: z.int().min(0),
    entries: z.record(text, z.object({ number: z.int(), atSeconds: secondsSchema })),
    // Earlier versions did not write it. Without it, no cookie of that state is valid.
    history: text.default(''),
    earlier: z.array(z.object({ history: text, upTo: z.int() })).default([]),
  })
  .refine(({ entries }) => Object.keys(entries).length <= MOST_REVOCATIONS, {
    path: ['entries'],
    message: `expected at most ${MOST_REVOCATIONS}`,
  })
  .refine(({ count, entries }) => Object.values(entries).every(({ number }) => number <= count), {
    path: ['count'],
    message: 'expected at least the highest number of the entries',
  })

// A loaded key is used to sign.
const privateKeySchema = signingKeySchema.refine(({ jwk }) => typeof jwk.d === 'string', {
  path: ['jwk', 'd'],
  message: 'expected a private key',
})

/** Everything of the emulator's one object but its events. */
export const emulatorDumpSchema = z.object({
  state: z.object({
    ticketSecret: text.min(32),
    clockOffsetSeconds: clockOffsetSchema,
    autoSignIns: z.array(autoSignInSchema).max(100),
    people: peopleSchema.optional(),
    faults: rows(faultSchema, ({ name }) => name),
    quirks: z.partialRecord(z.enum(QUIRK_NAMES), z.boolean()),
    revocations: revocationsSchema,
    configurationRevision: z.int(),
    keyRevision: z.int(),
    keyRotationIntervalDays: z.number().min(1).max(100_000),
    lastKeyRotationAtSeconds: secondsSchema,
  }),
  keys: rows(privateKeySchema, ({ jwk }) => jwk.kid).min(2),
  dns: z
    .record(text, z.array(text))
    .refine((zone) => JSON.stringify(zone).length <= MOST_BYTES, 'expected at most 1 MiB'),
  tables: tablesSchema,
})
export type EmulatorDump = z.infer<typeof emulatorDumpSchema>

function jsonOf(schema: z.ZodType) {
  return text.refine((value) => {
    try {
      return schema.safeParse(JSON.parse(value)).success
    } catch {
      return false
    }
  }, 'expected the JSON of a row of this table')
}
