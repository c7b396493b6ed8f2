import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64url, decodeUtf8, randomText, sha256, sha256Hex } from '../../src/oauth/encoding'

describe('base64url (RFC 4648 5)', () => {
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
  ])('of %j is %j, without padding (RFC 4648 10)', (text, encoded) => {
    const bytes = new TextEncoder().encode(text)
    expect(base64url(bytes)).toBe(encoded)
    expect(base64url(bytes.slice().buffer)).toBe(encoded)
  })

  it('has - and _ where base64 has + and /', () => {
    expect(base64url(Uint8Array.of(0xfb, 0xff, 0xbf))).toBe('-_-_')
  })

  it("encodes only a view's part of its buffer", () => {
    expect(base64url(new TextEncoder().encode('xfoox').subarray(1, 4))).toBe('Zm9v')
  })

  it('decodes to the same bytes, and needs no escape in a URL', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const encoded = base64url(bytes)
        expect(encodeURIComponent(encoded)).toBe(encoded)
        const text = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
        expect(Uint8Array.from(text, (character) => character.charCodeAt(0))).toEqual(bytes)
      }),
    )
  })
})

describe('SHA-256 (FIPS 180-2 B.1)', () => {
  it('of "abc" is the known one, in both forms', async () => {
    expect(await sha256Hex('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(await sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })

  it('is of the bytes of UTF-8', async () => {
    expect(await sha256Hex('é')).toBe(
      '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
    )
  })
})

describe('UTF-8', () => {
  it('is decoded, or refused as a whole', () => {
    expect(decodeUtf8(new TextEncoder().encode('a€\u{1f600}'))).toBe('a€\u{1f600}')
    expect(() => decodeUtf8(Uint8Array.of(0x61, 0xff))).toThrow(TypeError)
  })

  it('may begin with a byte order mark, which is not part of the text (RFC 3629 6)', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('a')
  })
})

describe('Random text', () => {
  it.each([
    [16, 22],
    [32, 43],
  ])('of %d bytes has %d characters, never the same', (count, length) => {
    const texts = Array.from({ length: 100 }, () => randomText(count))
    for (const text of texts) expect(text).toMatch(new RegExp(`^[A-Za-z0-9_-]{${length}}$`))
    expect(new Set(texts).size).toBe(100)
  })
})
