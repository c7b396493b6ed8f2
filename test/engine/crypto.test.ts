import { webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { guestCrypto } from '../../src/node/engine/crypto'

const bytes = (text: string) => new TextEncoder().encode(text)
const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const keyOf = (crypto: typeof webcrypto) =>
  crypto.subtle.importKey('raw', bytes('a secret'), HMAC, false, ['sign', 'verify'])

describe("The engine's crypto returns what Node's does", () => {
  it.each(['', 'x', 'y'.repeat(10_000)])('for a SHA-256 of %j', async (text) => {
    const own = await guestCrypto.subtle.digest('SHA-256', bytes(text))
    expect(own).toBeInstanceOf(ArrayBuffer)
    expect(own).toEqual(await webcrypto.subtle.digest('SHA-256', bytes(text)))
  })

  it('for a part of a larger buffer', async () => {
    const part = bytes('before, text, after').subarray(8, 12)
    const own = await guestCrypto.subtle.digest('SHA-256', part)
    expect(own).toEqual(await webcrypto.subtle.digest('SHA-256', bytes('text')))
  })

  it('for an HMAC, which each of them verifies', async () => {
    const [own, theirs] = [await keyOf(guestCrypto), await keyOf(webcrypto)]
    const signature = await guestCrypto.subtle.sign('HMAC', own, bytes('text'))
    expect(signature).toEqual(await webcrypto.subtle.sign('HMAC', theirs, bytes('text')))
    expect(await guestCrypto.subtle.verify('HMAC', own, signature, bytes('text'))).toBe(true)
  })

  it.each([
    ['another text', (signature: Uint8Array) => signature, 'other'],
    [
      'a changed signature',
      (signature: Uint8Array) => signature.with(0, signature[0] === 0 ? 1 : 0),
      'text',
    ],
    ['a signature cut short', (signature: Uint8Array) => signature.slice(0, 31), 'text'],
    ['no signature', () => new Uint8Array(), 'text'],
  ])('and accepts no HMAC of %s', async (_, change, text) => {
    const key = await keyOf(guestCrypto)
    const signature = new Uint8Array(await guestCrypto.subtle.sign('HMAC', key, bytes('text')))
    const shown = new Uint8Array(change(signature))
    expect(await guestCrypto.subtle.verify('HMAC', key, shown, bytes(text))).toBe(false)
  })

  const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const newPair = () => {
    const algorithm = { ...RS256, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
    return webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  }

  it.each([
    ['its signature', (signature: Uint8Array) => signature, 'text', true],
    ['that of another text', (signature: Uint8Array) => signature, 'other', false],
    ['a changed one', (signature: Uint8Array) => signature.with(0, 255), 'text', false],
    ['one cut short', (signature: Uint8Array) => signature.slice(0, 255), 'text', false],
    ['none', () => new Uint8Array(), 'text', false],
  ])('for an RS256 signature: %s', async (_, change, text, isValid) => {
    const { privateKey, publicKey } = await newPair()
    const signature = await webcrypto.subtle.sign(RS256.name, privateKey, bytes('text'))
    const shown = change(new Uint8Array(signature))
    // The second time, with the key that the first one kept.
    for (let time = 0; time < 2; time++) {
      const found = await guestCrypto.subtle.verify(RS256.name, publicKey, shown, bytes(text))
      expect(found).toBe(isValid)
    }
    expect(await webcrypto.subtle.verify(RS256.name, publicKey, shown, bytes(text))).toBe(isValid)
  })

  it('and refuses a key that cannot verify', async () => {
    const { privateKey } = await newPair()
    const verified = guestCrypto.subtle.verify(RS256.name, privateKey, bytes(''), bytes('text'))
    await expect(verified).rejects.toThrow(expect.objectContaining({ name: 'InvalidAccessError' }))
  })
})

describe("The engine's random values", () => {
  it('are never used twice', () => {
    const texts = Array.from({ length: 1000 }, () =>
      guestCrypto.getRandomValues(new Uint8Array(32)).toString(),
    )
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('fill a part of a larger buffer, and nothing beside it', () => {
    const whole = new Uint8Array(40)
    const part = whole.subarray(4, 36)
    expect(guestCrypto.getRandomValues(part)).toBe(part)
    expect(part.some((byte) => byte !== 0)).toBe(true)
    expect([...whole.slice(0, 4), ...whole.slice(36)]).toEqual(Array(8).fill(0))
  })

  it.each([
    ['a long array', new Uint8Array(10_000)],
    ['another type', new Uint32Array(16)],
  ])('fill %s', (_, array) => {
    guestCrypto.getRandomValues(array)
    expect(array.some((value) => value !== 0)).toBe(true)
  })

  it('are refused for numbers that are no integers', () => {
    const fill = () => guestCrypto.getRandomValues(new Float32Array(4) as never)
    expect(fill).toThrow(expect.objectContaining({ name: 'TypeMismatchError' }))
  })
})
