import { randomText } from '../oauth/encoding'
import type { Emulator } from './emulator'
import { KEPT_SECONDS } from './kv'
import type { Snapshot } from './snapshot'
import type { Stores } from './stores'

/** What goes on after the response. */
type Background = { waitUntil(promise: Promise<unknown>): void }

/** Returns to the seed: begins an empty epoch, and sweeps the current one in the background. */
export async function resetStore(
  emulator: Emulator,
  stores: Stores,
  background: Background,
): Promise<void> {
  await emulator.reset()
  background.waitUntil(sweepAway(emulator, stores))
}

/**
 * Replaces everything by a snapshot, or changes nothing: its records are written under a new epoch first,
 * which then replaces the current one.
 */
export async function loadSnapshot(
  emulator: Emulator,
  stores: Stores,
  snapshot: Snapshot,
  background: Background,
): Promise<void> {
  const next = stores.inEpoch(randomText(9))
  try {
    await writeRecords(next, snapshot)
    await emulator.load(snapshot.emulator, next.epoch)
  } catch (error) {
    background.waitUntil(sweepAway(emulator, next))
    throw error
  }
  background.waitUntil(sweepAway(emulator, stores))
}

function sweepAway(emulator: Emulator, stores: Stores): Promise<void> {
  return stores.sweep().catch(() => emulator.sweepLater(stores.epoch))
}

// What has expired is judged by the clock of the snapshot, which is the emulator's from then on.
async function writeRecords(stores: Stores, snapshot: Snapshot): Promise<void> {
  const fromSeconds = Math.floor(Date.now() / 1000) + snapshot.emulator.state.clockOffsetSeconds
  const entries = <T>(all: Record<string, T>) => Object.entries(all)
  for (const [id, client] of entries(snapshot.clients)) await stores.clients.put(id, client)
  for (const [id, session] of entries(snapshot.sessions)) {
    const { endsAtSeconds } = session
    const life = endsAtSeconds && { fromSeconds, seconds: endsAtSeconds - fromSeconds }
    await stores.sessions.put(id, session, life || undefined)
  }
  for (const [id, consent] of entries(snapshot.consents)) await stores.consents.put(id, consent)
  for (const [id, test] of entries(snapshot.policy_tests)) {
    await stores.policyTests.put(id, test, { fromSeconds, seconds: KEPT_SECONDS })
  }
  for (const grant of snapshot.grants) await stores.grants.load(grant, fromSeconds)
  for (const grant of snapshot.dashboard_grants)
    await stores.dashboardGrants.load(grant, fromSeconds)
}
