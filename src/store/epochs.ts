import type { Emulator } from './emulator'
import { KEPT_SECONDS } from './kv'
import type { Snapshot } from './snapshot'
import type { Stores } from './stores'

/** Work that continues after the response. */
type Background = { waitUntil(promise: Promise<unknown>): void }

/** Returns to the seed: begins an empty epoch, and sweeps the ended one from KV in the background. */
export async function resetStore(
  emulator: Emulator,
  stores: Stores,
  background: Background,
): Promise<void> {
  const ended = await emulator.reset()
  background.waitUntil(sweep(emulator, stores, ended))
}

/**
 * Replaces everything by a snapshot, or changes nothing: its records are written under a new epoch first,
 * which then replaces the current one.
 *
 * The grant objects keep the grants of a failed load until the next epoch begins. No token finds them.
 */
export async function loadSnapshot(
  emulator: Emulator,
  stores: Stores,
  snapshot: Snapshot,
  background: Background,
): Promise<void> {
  const next = await emulator.nextEpoch()
  try {
    await writeRecords(stores.inEpoch(next), snapshot)
    const ended = await emulator.load(snapshot.emulator, next)
    background.waitUntil(sweep(emulator, stores, ended))
  } catch (error) {
    background.waitUntil(sweep(emulator, stores, next.epoch))
    throw error
  }
}

function sweep(emulator: Emulator, stores: Stores, epoch: string): Promise<void> {
  return stores.sweep(epoch).catch(() => emulator.sweepLater(epoch))
}

// The snapshot's clock decides what has expired, because it is the emulator's clock from then on.
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
  for (const grant of snapshot.dashboard_grants) {
    await stores.dashboardGrants.load(grant, fromSeconds)
  }
}
