/**
 * `crypto` of the bundle. Node's own `crypto.subtle` hands every operation to another thread, which
 * takes longer than a hash of a short text. SHA-256, HMAC with SHA-256 and the verification of RS256 are
 * computed at once here; everything else is Node's.
 */
import {
  createHmac,
  createSecretKey,
  hash,
  KeyObject,
  timingSafeEqual,
  verify as verifySignature,
  webcrypto,
} from 'node:crypto'
import { getRandomValues } from './random.ts'

type Subtle = typeof webcrypto.subtle

const { subtle } = webcrypto

/**
 * The secret of each HMAC key that was imported here. Keys that Node imported are not in it. A `KeyObject`,
 * because Node makes one of bytes for each HMAC, which takes four times as long as the HMAC itself.
 */
const secrets = new WeakMap<object, KeyObject>()

/** The key of each RS256 signature that was verified here. */
const rsaKeys = new WeakMap<object, KeyObject>()

async function digest(
  algorithm: AlgorithmIdentifier,
  data: webcrypto.BufferSource,
): Promise<ArrayBuffer> {
  if (algorithm !== 'SHA-256') return subtle.digest(algorithm, data)
  return exactly(hash('sha256', bytesOf(data), 'buffer'))
}

async function importKey(...given: Parameters<Subtle['importKey']>): Promise<CryptoKey> {
  const [format, data, algorithm, extractable, usages] = given
  if (format !== 'raw' || extractable || !isHmacSha256(algorithm)) {
    return subtle.importKey(...given) as Promise<CryptoKey>
  }
  const bytes = bytesOf(data as webcrypto.BufferSource)
  const key = {
    type: 'secret',
    extractable,
    algorithm: { name: 'HMAC', hash: { name: 'SHA-256' }, length: bytes.length * 8 },
    usages: [...usages],
    [Symbol.toStringTag]: 'CryptoKey',
  }
  secrets.set(key, createSecretKey(bytes))
  return key as unknown as CryptoKey
}

async function sign(...given: Parameters<Subtle['sign']>): Promise<ArrayBuffer> {
  const [, key, data] = given
  const secret = secrets.get(key)
  if (!secret) return subtle.sign(...given)
  return exactly(createHmac('sha256', secret).update(bytesOf(data)).digest())
}

async function verify(...given: Parameters<Subtle['verify']>): Promise<boolean> {
  const [, key, signature, data] = given
  const secret = secrets.get(key)
  if (secret) {
    const expected = createHmac('sha256', secret).update(bytesOf(data)).digest()
    const shown = bytesOf(signature)
    return shown.length === expected.length && timingSafeEqual(shown, expected)
  }
  const rsaKey = rs256KeyOf(key)
  if (!rsaKey) return subtle.verify(...given)
  return verifySignature('sha256', bytesOf(data), rsaKey, bytesOf(signature))
}

type Named = { name?: string; hash?: string | { name?: string } }

function isHmacSha256(algorithm: unknown): boolean {
  return isWithSha256('HMAC', algorithm)
}

// Returns undefined for any other key, and for one that may not verify, which Node refuses.
function rs256KeyOf(key: webcrypto.CryptoKey): KeyObject | undefined {
  const known = rsaKeys.get(key)
  if (known) return known
  const isRs256 = isWithSha256('RSASSA-PKCS1-v1_5', key.algorithm)
  if (!isRs256 || key.type !== 'public' || !key.usages.includes('verify')) return undefined
  const rsaKey = KeyObject.from(key)
  rsaKeys.set(key, rsaKey)
  return rsaKey
}

function isWithSha256(expected: string, algorithm: unknown): boolean {
  const { hash, name } = (algorithm ?? {}) as Named
  return name === expected && (typeof hash === 'string' ? hash : hash?.name) === 'SHA-256'
}

function bytesOf(data: webcrypto.BufferSource): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

// A buffer of Node's is a part of a larger one.
function exactly(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer
}

const own = { digest, importKey, sign, verify }

const guestSubtle = new Proxy(subtle, {
  get(target, name) {
    if (Object.hasOwn(own, name)) return own[name as keyof typeof own]
    const member = Reflect.get(target, name)
    return typeof member === 'function' ? member.bind(target) : member
  },
})

/** In the place of the global of the same name. */
export const guestCrypto = new Proxy(webcrypto, {
  get(target, name) {
    if (name === 'subtle') return guestSubtle
    if (name === 'getRandomValues') return getRandomValues
    const member = Reflect.get(target, name)
    return typeof member === 'function' ? member.bind(target) : member
  },
})
