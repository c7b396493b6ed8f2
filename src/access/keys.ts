import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { CompactSign } from 'jose/jws/compact/sign'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { importJWK } from 'jose/key/import'
import * as z from 'zod'
import { sha256Hex } from '../oauth/encoding'

/** A signing key as it is stored: the private JWK with its `kid`, and its certificate in PEM. */
export const signingKeySchema = z.object({
  jwk: z.looseObject({ kid: z.string(), kty: z.literal('RSA') }),
  cert: z.string(),
  /** The time at which another key replaced it as the current one. */
  retiredAtSeconds: z.number().exactOptional(),
})
export type SigningKey = z.infer<typeof signingKeySchema>

/** A key that can sign. Its certificate may not exist yet. */
export type PrivateKey = Pick<SigningKey, 'jwk'>

/** Returns whether assertions can be signed with a key, such as one from a loaded snapshot. */
export async function canSign({ jwk }: PrivateKey): Promise<boolean> {
  try {
    const key = await importJWK(jwk, 'RS256')
    await new CompactSign(new Uint8Array()).setProtectedHeader({ alg: 'RS256' }).sign(key)
    return true
  } catch {
    return false
  }
}

const PUBLISHED_AFTER_SECONDS = 7 * 86_400

/** Returns the keys that are published and accepted now, retired ones for a week [O11, K27]. */
export function publishedKeys(keys: readonly SigningKey[], now: number): SigningKey[] {
  return keys.filter(
    ({ retiredAtSeconds: at }) => at === undefined || now < at + PUBLISHED_AFTER_SECONDS,
  )
}

/** The document at `/cdn-cgi/access/certs` [O11]. */
type KeySet = {
  keys: JWK[]
  public_cert: { kid: string; cert: string }
  public_certs: { kid: string; cert: string }[]
}

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const CERTIFICATE_YEARS = 10

/** Creates an RS256 key with a `kid` of 64 hexadecimal characters [O10]. */
export async function createPrivateKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await sha256Hex(await calculateJwkThumbprint(jwk))
  return { jwk: { ...jwk, kty: 'RSA', kid, alg: 'RS256', use: 'sig' } }
}

/**
 * Returns a key with a self-signed certificate.
 *
 * @param now in seconds; the certificate is valid from one day before
 */
export async function certified({ jwk }: PrivateKey, now: number): Promise<SigningKey> {
  // Loaded on demand, because certificates are rarely created. The polyfill has to be loaded first.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const { kty, n, e, alg, kid } = jwk
  const [privateKey, publicKey] = await Promise.all(
    [jwk, { kty, n, e, alg } as JWK].map((key) => importJWK(key, 'RS256', { extractable: true })),
  )
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: kid.slice(0, 16),
    name: 'CN=access-oauth-emulator',
    notBefore: new Date((now - 86_400) * 1000),
    notAfter: new Date((now + CERTIFICATE_YEARS * 365 * 86_400) * 1000),
    signingAlgorithm: ALGORITHM,
    // `importJWK` returns bytes only for a symmetric key.
    keys: { privateKey, publicKey } as CryptoKeyPair,
  })
  return { jwk, cert: certificate.toString('pem') }
}

/** Creates a key and its certificate. */
export async function createSigningKey(now: number): Promise<SigningKey> {
  return certified(await createPrivateKey(), now)
}

/**
 * Returns the public key set. The first key signs; the others are still accepted.
 *
 * Access: observed [O11]. `public_cert` is that of the first key, `public_certs` has all.
 */
export function publicKeySet(keys: readonly SigningKey[]): KeySet {
  const certs = keys.map(({ jwk, cert }) => ({ kid: jwk.kid, cert }))
  const [first] = certs
  if (!first) throw new Error('no signing key')
  return {
    keys: publicKeys(keys),
    public_cert: first,
    public_certs: certs,
  }
}

/** Returns the public parts of keys. */
export function publicKeys(keys: readonly PrivateKey[]): JWK[] {
  return keys.map(({ jwk: { kid, kty, alg, use, e, n } }) => ({ kid, kty, alg, use, e, n }) as JWK)
}
