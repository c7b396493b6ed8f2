import { canSign } from '../access/keys'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { loadSnapshot } from '../store/epochs'
import { type Snapshot, snapshotSchema, takeSnapshot } from '../store/snapshot'
import { readControl } from './body'
import { respond } from './respond'

/** The longest snapshot that is loaded. */
export const LONGEST_STATE_BYTES = 64 * 1024 * 1024

/**
 * Handles `GET /_emulator/state`: returns a snapshot with clients, grants, sessions, the API's edits, the
 * clock, switches and signing keys. Events and unredeemed codes are not included. It contains secrets:
 * its owner can make tokens for every emulator that loads it.
 */
export async function showState(c: AppContext): Promise<Response> {
  const { emulator, now, stores } = c.var
  return respond(c, 'GET state', await takeSnapshot(emulator, stores, now))
}

/**
 * Handles `PUT /_emulator/state`: replaces the emulator's state with a snapshot, as a whole or not at all.
 * Sign-ins after the snapshot end.
 *
 * @throws OAuthError `invalid_request`, which names the first problem
 */
export async function loadState(c: AppContext): Promise<Response> {
  const state = await readControl(c, snapshotSchema, LONGEST_STATE_BYTES)
  await checkKeys(state)
  const { emulator, stores } = c.var
  await loadSnapshot(emulator, stores, state, c.executionCtx)
  const { length: grants } = state.grants
  return respond(c, 'PUT state', { loaded: { clients: Object.keys(state.clients).length, grants } })
}

// The schema checks the form of the keys only.
async function checkKeys({ emulator }: Snapshot): Promise<void> {
  for (const [index, key] of emulator.keys.entries()) {
    if (await canSign(key)) continue
    const message = `emulator.keys.${index}.jwk: expected a private RSA key that can sign RS256`
    throw new OAuthError('invalid_request', message)
  }
}
