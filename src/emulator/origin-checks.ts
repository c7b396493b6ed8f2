import { decodeJwt } from 'jose/jwt/decode'
import { UnsecuredJWT } from 'jose/jwt/unsecured'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { type IdentityClaims, signIdentity } from '../access/assertion'
import type { PrivateKey } from '../access/keys'

/** The values with which an origin verifies an assertion. */
export type Expected = { aud: string; issuer: string; certs: string }

/** An assertion that an origin has to accept or to refuse. */
type Check = {
  what: string
  isGood: boolean
  /** Returns the assertion; undefined if the request carries none. */
  assertion(good: IdentityClaims, key: PrivateKey): Promise<string | undefined>
  /** The correction of a server that decides otherwise. */
  change(expected: Expected): string
}

const DAY_SECONDS = 86_400

/**
 * The assertions that `POST /_emulator/check-origin` sends. A server that verifies as Cloudflare documents
 * accepts the first and refuses all others.
 */
export const ORIGIN_CHECKS = {
  good: {
    what: 'A valid assertion',
    isGood: true,
    assertion: signIdentity,
    change: ({ aud, certs, issuer }) =>
      `Verify Cf-Access-Jwt-Assertion with audience ${aud}, issuer ${issuer} and the keys at ${certs}.`,
  },
  expired: {
    what: 'An assertion that expired a day ago',
    isGood: false,
    assertion: (good, key) =>
      signIdentity(
        {
          ...good,
          issuedAtSeconds: good.issuedAtSeconds - 2 * DAY_SECONDS,
          expiresAtSeconds: good.issuedAtSeconds - DAY_SECONDS,
        },
        key,
      ),
    change: () => 'Refuse an assertion whose exp has passed.',
  },
  'wrong-aud': {
    what: 'An assertion for another application',
    isGood: false,
    assertion: (good, key) => signIdentity({ ...good, audience: '0'.repeat(64) }, key),
    change: ({ aud }) =>
      `Require the audience ${aud}. Otherwise a person of another application of the team is let in.`,
  },
  'wrong-iss': {
    what: 'An assertion of another team',
    isGood: false,
    assertion: (good, key) => signIdentity({ ...good, issuer: 'https://other-team.example' }, key),
    change: ({ issuer }) => `Require the issuer ${issuer}.`,
  },
  unsigned: {
    what: 'An assertion without a signature (alg: none)',
    isGood: false,
    assertion: async (good, key) =>
      new UnsecuredJWT(decodeJwt(await signIdentity(good, key))).encode(),
    change: () => 'Verify the signature, and accept the algorithm RS256 only.',
  },
  'foreign-key': {
    what: "An assertion signed with another key under the current key's kid",
    isGood: false,
    assertion: async (good, { jwk: { kid } }) => signIdentity(good, await foreignKey(kid)),
    change: ({ certs }) => `Verify the signature with the keys at ${certs}.`,
  },
  missing: {
    what: 'No assertion, with the header Cf-Access-Authenticated-User-Email alone',
    isGood: false,
    assertion: async () => undefined,
    change: () =>
      'Refuse requests without Cf-Access-Jwt-Assertion: anyone who reaches the server directly can set the e-mail header.',
  },
} as const satisfies Record<string, Check>

export type OriginCheckName = keyof typeof ORIGIN_CHECKS
export const ORIGIN_CHECK_NAMES = Object.keys(ORIGIN_CHECKS) as OriginCheckName[]

async function foreignKey(kid: string): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { jwk: { ...(await exportJWK(privateKey)), kty: 'RSA', kid } }
}
