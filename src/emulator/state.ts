import * as z from 'zod'
import { formatTime } from '../access/timestamps'
import type { AppContext } from '../env'
import { randomText } from '../oauth/encoding'
import { clientSchema } from '../store/clients'
import { emulatorDumpSchema } from '../store/dump'
import { type GrantDump, grantDumpSchema } from '../store/grant'
import { type Records, sweep } from '../store/kv'
import { sessionSchema } from '../store/sessions'
import { openStores } from '../store/stores'
import { readControl } from './body'

const VERSION = 1
const LONGEST_BYTES = 64 * 1024 * 1024
const PER_PAGE = 500

const stateSchema = z.strictObject({
  version: z.literal(VERSION, `expected ${VERSION}, another version of the emulator wrote this`),
  /** When it was written, by the emulated clock. */
  at: z.string(),
  emulator: emulatorDumpSchema,
  clients: z.record(z.string(), clientSchema),
  sessions: z.record(z.string(), sessionSchema),
  grants: z.array(grantDumpSchema),
  dashboard_grants: z.array(grantDumpSchema),
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
  }
  return c.json(state)
}

/**
 * `PUT /_emulator/state`: the emulator is as it was when the state was written, so that a test starts
 * from there. All of it or nothing: the records are written under a new epoch first, which then takes
 * the place of the old one.
 *
 * @throws OAuthError `invalid_request`
 */
export async function loadState(c: AppContext): Promise<Response> {
  const state = await readControl(c, stateSchema, LONGEST_BYTES)
  const { emulator, now, state: before } = c.var
  const epoch = randomText(9)
  const stores = openStores(c.env, epoch)
  const sweepAway = (ended: string) =>
    sweep(c.env.KV, ended).catch(() => emulator.sweepLater(ended))
  const entries = <T>(records: Record<string, T>) => Object.entries(records)
  try {
    for (const [id, client] of entries(state.clients)) await stores.clients.put(id, client)
    for (const [id, session] of entries(state.sessions)) {
      const { endsAtSeconds } = session
      const { clockOffsetSeconds } = state.emulator.state
      const fromSeconds = now - before.clockOffsetSeconds + clockOffsetSeconds
      const life = endsAtSeconds && { fromSeconds, seconds: endsAtSeconds - fromSeconds }
      await stores.sessions.put(id, session, life || undefined)
    }
    for (const grant of state.grants) await stores.grants.load(grant, now)
    for (const grant of state.dashboard_grants) await stores.dashboardGrants.load(grant, now)
  } catch (error) {
    c.executionCtx.waitUntil(sweepAway(epoch))
    throw error
  }
  await emulator.load(state.emulator, epoch)
  c.executionCtx.waitUntil(sweepAway(before.epoch))
  const { length: grants } = state.grants
  return c.json({ loaded: { clients: entries(state.clients).length, grants } })
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

async function allGrants(grants: {
  list(
    limit: number,
    cursor?: string,
  ): Promise<{ grants: { grant: { id: string } }[]; cursor?: string }>
  dump(id: string): Promise<GrantDump | undefined>
}): Promise<GrantDump[]> {
  const all: GrantDump[] = []
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
