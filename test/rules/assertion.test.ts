import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { type IdentityClaims, signIdentity, signService } from '../../src/access/assertion'
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
  identity: { email: 'ada@example.com', claims: {} },
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
  it('has exactly the observed claims [O7]', async () => {
    expect((await verify(assertion)).payload).toEqual({
      aud: ['0f'.repeat(32)],
      email: 'ada@example.com',
      exp: NOW + 900,
      iat: NOW,
      nbf: NOW,
      iss: 'http://127.0.0.1:8788',
      type: 'app',
      identity_nonce: '6ei69kawdKzMIAPF',
      sub: await userIdOf('ada@example.com'),
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
    [900, {}, 'when it has expired'],
    [0, { issuer: 'http://localhost:8788' }, 'by another team'],
    [0, { audience: 'f0'.repeat(32) }, 'for another application'],
  ])('is refused by an origin %d s later with %j: %s', async (seconds, options) => {
    await expect(verify(assertion, 899)).resolves.toBeDefined()
    await expect(verify(assertion, seconds, options)).rejects.toThrow(/claim/)
  })

  it('has the same bytes for the same claims, so that it need not be stored', async () => {
    expect(await signIdentity({ ...CLAIMS }, key)).toBe(assertion)
    expect(await signIdentity({ ...CLAIMS, country: 'DE' }, key)).not.toBe(assertion)
  })

  it("carries the identity provider's claims as custom, as many as fit 1 KB [K34]", async () => {
    const claims = { department: 'engines', long: 'x'.repeat(1024), groups: ['a', 'b'] }
    const identity = { email: 'ada@example.com', claims }
    expect(decodeJwt(await signIdentity({ ...CLAIMS, identity }, key)).custom).toEqual({
      department: 'engines',
      groups: ['a', 'b'],
    })
  })
})

describe('The assertion of a service token', () => {
  const FRAME = {
    issuer: CLAIMS.issuer,
    audience: CLAIMS.audience,
    host: CLAIMS.host,
    issuedAtSeconds: NOW,
    expiresAtSeconds: NOW + 3600,
  }

  it('has exactly the observed claims, and lasts a second longer [O8, O9]', async () => {
    const token = await signService({ ...FRAME, commonName: 'ci.access' }, key)
    expect((await verify(token)).payload).toEqual({
      type: 'app',
      iat: NOW,
      exp: NOW + 3601,
      iss: CLAIMS.issuer,
      sub: '',
      aud: CLAIMS.audience,
      common_name: 'ci.access',
      h_INTERNAL_DO_NOT_USE: 'localhost:8788',
    })
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'JWT', alg: 'RS256', kid: key.jwk.kid })
  })
})
