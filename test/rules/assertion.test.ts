import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { type IdentityClaims, signIdentity } from '../../src/access/assertion'
import { userIdOf } from '../../src/access/identity'
import { createSigningKey, publicKeySet } from '../../src/access/keys'

const NOW = 1_790_000_000
const [key, second, foreign] = await Promise.all([
  createSigningKey(NOW),
  createSigningKey(NOW),
  createSigningKey(NOW),
])
const keySet = createLocalJWKSet({ keys: publicKeySet([key, second]).keys })
const CLAIMS: IdentityClaims = {
  issuer: 'http://127.0.0.1:8788',
  audience: '0f'.repeat(32),
  email: 'ada@example.com',
  userId: await userIdOf('ada@example.com'),
  identityNonce: '6ei69kawdKzMIAPF',
  country: 'PL',
  policyId: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
  host: 'localhost:8788',
  issuedAtSeconds: NOW,
  expiresAtSeconds: NOW + 900,
}
const assertion = await signIdentity(CLAIMS, key)
const verify = (token: string, seconds = 0, options = {}) =>
  jwtVerify(token, keySet, {
    issuer: CLAIMS.issuer,
    audience: CLAIMS.audience,
    algorithms: ['RS256'],
    currentDate: new Date((NOW + seconds) * 1000),
    ...options,
  })

describe('The assertion of a person', () => {
  it('says what the real one says, and no more [O7]', async () => {
    expect((await verify(assertion)).payload).toEqual({
      aud: ['0f'.repeat(32)],
      email: 'ada@example.com',
      exp: NOW + 900,
      iat: NOW,
      nbf: NOW,
      iss: 'http://127.0.0.1:8788',
      type: 'app',
      identity_nonce: '6ei69kawdKzMIAPF',
      sub: CLAIMS.userId,
      country: 'PL',
      policy_id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
      h_INTERNAL_DO_NOT_USE: 'localhost:8788',
    })
  })

  it('names its audience in an array, unlike that of a service token [O7]', () => {
    expect(decodeJwt(assertion).aud).toEqual([CLAIMS.audience])
  })

  it('has a header of alg and kid only: no typ [O10]', () => {
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256', kid: key.jwk.kid })
  })

  it('is signed by a published key, the one its kid names [O10, O11]', async () => {
    const { protectedHeader } = await verify(await signIdentity(CLAIMS, second))
    expect(protectedHeader.kid).toBe(second.jwk.kid)
    await expect(verify(await signIdentity(CLAIMS, foreign))).rejects.toThrow()
    const named = { jwk: { ...foreign.jwk, kid: key.jwk.kid }, cert: foreign.cert }
    await expect(verify(await signIdentity(CLAIMS, named))).rejects.toThrow(/signature/)
  })

  it.each<[number, object, string]>([
    [-1, {}, 'before nbf'],
    [900, {}, 'when its time is over'],
    [0, { issuer: 'http://localhost:8788' }, 'by another team'],
    [0, { audience: 'f0'.repeat(32) }, 'for another application'],
  ])('is refused by an origin %d s later with %j: %s', async (seconds, options) => {
    await expect(verify(assertion, 899)).resolves.toBeDefined()
    await expect(verify(assertion, seconds, options)).rejects.toThrow(/claim/)
  })

  it('is the same bytes for the same claims, so that it need not be kept', async () => {
    expect(await signIdentity({ ...CLAIMS }, key)).toBe(assertion)
    expect(await signIdentity({ ...CLAIMS, email: 'grace@example.com' }, key)).not.toBe(assertion)
  })
})
