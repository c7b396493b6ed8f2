import * as z from 'zod'
import { redirectUriSchema } from '../access/redirect-rules'
import { formatTime } from '../access/timestamps'
import { clientSchema } from './clients'
import type { Emulator } from './emulator'
import { emulatorDumpSchema } from './emulator/dump'
import type { Grants } from './grants'
import {
  accessGrantDumpSchema,
  dashboardGrantDumpSchema,
  type Grant,
  type GrantDump,
} from './grants/grant'
import { LONGEST_ID_BYTES, type Records } from './kv'
import { policyTestSchema } from './policy-tests'
import { rememberedConsentSchema } from './remembered-consent'
import { rows } from './rows'
import { sessionSchema } from './sessions'
import type { Stores } from './stores'

const VERSION = 1
const PER_PAGE = 500

const clientsSchema = records(
  clientSchema.extend({
    redirectUris: z.array(redirectUriSchema),
  }),
).superRefine((clients, context) => {
  for (const [id, { clientId }] of Object.entries(clients)) {
    if (clientId === id) continue
    context.addIssue({ code: 'custom', path: [id, 'clientId'], message: `expected ${id}` })
  }
})

export const snapshotSchema = z.strictObject({
  version: z.literal(
    VERSION,
    `expected ${VERSION}: this state was written by another version of the emulator`,
  ),
  /** The time of writing, by the emulated clock. */
  at: z.string(),
  emulator: emulatorDumpSchema,
  clients: clientsSchema,
  sessions: records(sessionSchema),
  grants: rows(accessGrantDumpSchema, ({ state }) => state.grant.id),
  dashboard_grants: rows(dashboardGrantDumpSchema, ({ state }) => state.grant.id),
  // Earlier versions did not write these.
  consents: records(rememberedConsentSchema).default({}),
  policy_tests: records(policyTestSchema).default({}),
})
/** Everything that an emulator stores, except events and the codes that have not been redeemed. */
export type Snapshot = z.infer<typeof snapshotSchema>

/**
 * Returns a snapshot of the store.
 *
 * @param now the emulated time
 */
export async function takeSnapshot(
  emulator: Emulator,
  stores: Stores,
  now: number,
): Promise<Snapshot> {
  return {
    version: VERSION,
    at: formatTime(now),
    emulator: await emulator.dump(),
    clients: await allOf(stores.clients),
    sessions: await allOf(stores.sessions),
    grants: await allGrants(stores.grants),
    dashboard_grants: await allGrants(stores.dashboardGrants),
    consents: await allOf(stores.consents),
    policy_tests: await allOf(stores.policyTests),
  }
}

// KV rejects longer keys; epoch and kind are part of a key.
function records<T>(schema: z.ZodType<T>) {
  const key = z
    .string()
    .min(1)
    .refine(
      (id) => new TextEncoder().encode(id).length <= LONGEST_ID_BYTES,
      `expected at most ${LONGEST_ID_BYTES} bytes`,
    )
  return z.record(key, schema)
}

async function allOf<T>(records: Records<T>): Promise<Record<string, T>> {
  const all: Record<string, T> = {}
  let cursor: string | undefined
  do {
    const page = await records.list(PER_PAGE, cursor)
    // A page at once: one record after the other takes a millisecond each.
    const found = await Promise.all(page.ids.map((id) => records.find(id)))
    for (const [index, id] of page.ids.entries()) {
      const record = found[index]
      if (record) all[id] = record
    }
    cursor = page.cursor
  } while (cursor)
  return all
}

async function allGrants<G extends Grant>(grants: Grants<G>): Promise<GrantDump<G>[]> {
  const all: GrantDump<G>[] = []
  let cursor: string | undefined
  do {
    const page = await grants.list(PER_PAGE, cursor)
    const dumps = await Promise.all(page.grants.map(({ grant }) => grants.dump(grant.id)))
    all.push(...dumps.filter((dump) => dump !== undefined))
    cursor = page.cursor
  } while (cursor)
  return all
}
