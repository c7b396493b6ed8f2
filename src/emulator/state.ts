import { canSign } from '../access/keys'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { loadSnapshot } from '../store/epochs'
import { type Snapshot, snapshotSchema, takeSnapshot } from '../store/snapshot'
import { readControl } from './body'
import { respond } from './respond'

const LONGEST_BYTES = 64 * 1024 * 1024

/**
 * `GET /_emulator/state`: everything as one JSON: clients, grants, sessions, what the API has edited,
 * the clock, what is switched on, the signing keys. It holds secrets of the emulator: whoever has it
 * can make tokens for an emulator that loads it. Events are not in it, nor codes not yet redeemed.
 */
export async function showState(c: AppContext): Promise<Response> {
  const { emulator, now, stores } = c.var
  return respond(c, 'GET state', await takeSnapshot(emulator, stores, now))
}

/**
 * `PUT /_emulator/state`: the emulator is as it was when the state was written, so that a test starts
 * from there; who signed in after that is signed in no more. All of it or nothing.
 *
 * @throws OAuthError `invalid_request` that names what is wrong
 */
export async function loadState(c: AppContext): Promise<Response> {
  const state = await readControl(c, snapshotSchema, LONGEST_BYTES)
  await checkKeys(state)
  const { emulator, stores } = c.var
  await loadSnapshot(emulator, stores, state, c.executionCtx)
  const { length: grants } = state.grants
  return respond(c, 'PUT state', { loaded: { clients: Object.keys(state.clients).length, grants } })
}

// The schema has seen the form of the keys, not whether anything can be signed with them.
async function checkKeys({ emulator }: Snapshot): Promise<void> {
  for (const [index, key] of emulator.keys.entries()) {
    if (await canSign(key)) continue
    throw new OAuthError('invalid_request', `emulator.keys.${index}.jwk: nothing is signed with it`)
  }
}
