import * as z from 'zod'
import { canSign } from '../access/keys'
import { redirectUriSchema } from '../access/redirect-rules'
import { formatTime } from '../access/timestamps'
import type { AppContext } from '../env'
import { randomText } from '../oauth/encoding'
import { OAuthError } from '../oauth/errors'
import { clientSchema } from '../store/clients'
import { emulatorDumpSchema } from '../store/dump'
import {
  accessGrantDumpSchema,
  dashboardGrantDumpSchema,
  type Grant,
  type GrantDump,
} from '../store/grant'
import type { Grants } from '../store/grants'
import { KEPT_SECONDS, LONGEST_ID_BYTES, type Records, sweep } from '../store/kv'
import { policyTestSchema } from '../store/policy-tests'
import { rememberedConsentSchema } from '../store/remembered-consent'
import { rows } from '../store/rows'
import { sessionSchema } from '../store/sessions'
import { openStores, type Stores } from '../store/stores'
import { readControl } from './body'

const VERSION = 1
const LONGEST_BYTES = 64 * 1024 * 1024
const PER_PAGE = 500

const clientsSchema = records(
  clientSchema.extend({ redirectUris: z.array(redirectUriSchema) }),
).superRefine((clients, context) => {
  for (const [id, { clientId }] of Object.entries(clients)) {
    if (clientId === id) continue
    context.addIssue({ code: 'custom', path: [id, 'clientId'], message: `expected ${id}` })
  }
})

const stateSchema = z.strictObject({
  version: z.literal(VERSION, `expected ${VERSION}, another version of the emulator wrote this`),
  /** When it was written, by the emulated clock. */
  at: z.string(),
  emulator: emulatorDumpSchema,
  clients: clientsSchema,
  sessions: records(sessionSchema),
  grants: rows(accessGrantDumpSchema, ({ state }) => state.grant.id),
  dashboard_grants: rows(dashboardGrantDumpSchema, ({ state }) => state.grant.id),
  // A state of before has none of these.
  consents: records(rememberedConsentSchema).default({}),
  policy_tests: records(policyTestSchema).default({}),
})
type State = z.infer<typeof stateSchema>

/**
 * `GET /_emulator/state`: everything as one JSON: clients, grants, sessions, what the API has edited,
 * the clock, what is switched on, the signing keys. It holds secrets of the emulator: whoever has it
 * can make tokens for an emulator that loads it. Events are not in it, nor codes not yet redeemed.
 */
export async function showState(c: AppContext): Promise<Response> {
  const { emulator, now, stores } = c.var
  const state: State = {
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
  return c.json(state)
}

/**
 * `PUT /_emulator/state`: the emulator is as it was when the state was written, so that a test starts
 * from there; who signed in after that is signed in no more. All of it or nothing: the records are
 * written under a new epoch first, which then takes the place of the old one.
 *
 * @throws OAuthError `invalid_request` that names what is wrong
 */
export async function loadState(c: AppContext): Promise<Response> {
  const state = await readControl(c, stateSchema, LONGEST_BYTES)
  await checkKeys(state)
  const { emulator, state: before } = c.var
  const epoch = randomText(9)
  const sweepAway = (ended: string) =>
    sweep(c.env.KV, ended).catch(() => emulator.sweepLater(ended))
  try {
    await writeRecords(openStores(c.env, epoch), state)
    await emulator.load(state.emulator, epoch)
  } catch (error) {
    c.executionCtx.waitUntil(sweepAway(epoch))
    throw error
  }
  c.executionCtx.waitUntil(sweepAway(before.epoch))
  const { length: grants } = state.grants
  return c.json({ loaded: { clients: Object.keys(state.clients).length, grants } })
}

// The schema has seen the form of the keys, not whether anything can be signed with them.
async function checkKeys({ emulator }: State): Promise<void> {
  for (const [index, key] of emulator.keys.entries()) {
    if (await canSign(key)) continue
    throw new OAuthError('invalid_request', `emulator.keys.${index}.jwk: nothing is signed with it`)
  }
}

// What is over is judged by the clock of the state, which is the emulator's from then on.
async function writeRecords(stores: Stores, state: State): Promise<void> {
  const fromSeconds = Math.floor(Date.now() / 1000) + state.emulator.state.clockOffsetSeconds
  const entries = <T>(all: Record<string, T>) => Object.entries(all)
  for (const [id, client] of entries(state.clients)) await stores.clients.put(id, client)
  for (const [id, session] of entries(state.sessions)) {
    const { endsAtSeconds } = session
    const life = endsAtSeconds && { fromSeconds, seconds: endsAtSeconds - fromSeconds }
    await stores.sessions.put(id, session, life || undefined)
  }
  for (const [id, consent] of entries(state.consents)) await stores.consents.put(id, consent)
  for (const [id, test] of entries(state.policy_tests)) {
    await stores.policyTests.put(id, test, { fromSeconds, seconds: KEPT_SECONDS })
  }
  for (const grant of state.grants) await stores.grants.load(grant, fromSeconds)
  for (const grant of state.dashboard_grants) await stores.dashboardGrants.load(grant, fromSeconds)
}

// KV takes no longer key; epoch and kind are a part of it.
function records<T>(schema: z.ZodType<T>) {
  const key = z
    .string()
    .min(1)
    .refine((id) => new TextEncoder().encode(id).length <= LONGEST_ID_BYTES, 'is too long')
  return z.record(key, schema)
}

async function allOf<T>(records: Records<T>): Promise<Record<string, T>> {
  const all: Record<string, T> = {}
  let cursor: string | undefined
  do {
    const page = await records.list(PER_PAGE, cursor)
    for (const id of page.ids) {
      const record = await records.find(id)
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
    for (const { grant } of page.grants) {
      const dump = await grants.dump(grant.id)
      if (dump) all.push(dump)
    }
    cursor = page.cursor
  } while (cursor)
  return all
}
