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
})
