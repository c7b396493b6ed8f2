import type { JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet } from 'jose/jwks/local'
import { type PrivateKey, publicKeys } from '../access/keys'
import type { KnownAccess } from '../demo/assertion'
import type { AppContext } from '../request/context'
import type { Emulator } from '../store/emulator'
import { requestedApplication } from './requested'

/** Returns the configuration of a real origin for the demo: the issuer, the audience and the keys. */
export function knownAccess(c: AppContext): Omit<KnownAccess, 'requestedScope'> {
  return {
    issuer: c.get('team').origin,
    audience: requestedApplication(c)?.aud,
    keyFor: keyFor(c.get('emulator')),
    now: c.get('now'),
  }
}

// Returns the published key that an assertion names. It is nearly always the current one, so the others are
// not created for it.
function keyFor(emulator: Emulator): KnownAccess['keyFor'] {
  return async (header, token) => {
    const current = await emulator.signingKey()
    const isCurrent = header.kid === current.jwk.kid
    const keySet = isCurrent ? currentKeySet(current) : keySetOf(await emulator.keys())
    return keySet(header, token)
  }
}

// A set keeps the keys that it has imported: an import takes longer than the verification of an assertion.
const currentKeySets = new WeakMap<PrivateKey, JWTVerifyGetKey>()

function currentKeySet(current: PrivateKey): JWTVerifyGetKey {
  const keySet = currentKeySets.get(current) ?? keySetOf([current])
  currentKeySets.set(current, keySet)
  return keySet
}

function keySetOf(keys: readonly PrivateKey[]): JWTVerifyGetKey {
  return createLocalJWKSet({ keys: publicKeys(keys) })
}
