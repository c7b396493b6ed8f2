import 'reflect-metadata'
import { BasicConstraintsExtension, X509Certificate } from '@peculiar/x509'
import { exportJWK, importJWK, importX509, jwtVerify, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createSigningKey, publicKeySet } from '../../src/access/keys'

const NOW = 1_790_000_000
const keys = await Promise.all([createSigningKey(NOW), createSigningKey(NOW)])
const published = publicKeySet(keys)

describe('A signing key', () => {
  it('has a kid of 64 hexadecimal characters, of its own [O10]', () => {
    for (const { jwk } of keys) expect(jwk.kid).toMatch(/^[0-9a-f]{64}$/)
    expect(keys[0].jwk.kid).not.toBe(keys[1].jwk.kid)
  })

  it('is RSA of at least 2048 bits, for RS256 [O10] (RFC 7518 3.3)', () => {
    for (const { jwk } of keys) {
      expect(jwk).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', e: 'AQAB' })
      expect(String(jwk.n).length).toBeGreaterThanOrEqual(342)
    }
  })
})

describe('The published keys', () => {
  it('are the stored keys, with exactly the observed members [O11]', () => {
    expect(published.keys).toEqual(
      keys.map(({ jwk: { kid, n } }) => ({
        kid,
        kty: 'RSA',
        alg: 'RS256',
        use: 'sig',
        e: 'AQAB',
        n,
      })),
    )
  })

  it('contain no private parts', () => {
    const text = JSON.stringify(published)
    for (const { jwk } of keys) {
      for (const member of [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]) {
        expect(member).toMatch(/^[A-Za-z0-9_-]{100,}$/)
        expect(text).not.toContain(member)
      }
    }
  })

  it('name the first in public_cert and all in public_certs, by kid [O11]', () => {
    expect(Object.keys(published)).toEqual(['keys', 'public_cert', 'public_certs'])
    expect(published.public_certs).toEqual(keys.map(({ jwk, cert }) => ({ kid: jwk.kid, cert })))
    expect(published.public_cert).toEqual(published.public_certs[0])
  })

  it('are never empty', () => {
    expect(() => publicKeySet([])).toThrow('no signing key')
  })
})

describe('The certificates', () => {
  it('have unique serial numbers (RFC 5280 4.1.2.2)', () => {
    const numbers = published.public_certs.map(({ cert }) => new X509Certificate(cert).serialNumber)
    expect(new Set(numbers).size).toBe(2)
  })
})

describe.each(
  published.public_certs.map((each, index) => ({ ...each, jwk: published.keys[index] })),
)('The certificate of key $kid', ({ cert, jwk }) => {
  const certificate = new X509Certificate(cert)

  it('is X.509 in PEM, for the public key beside it [O11]', async () => {
    expect(cert).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]+\n-----END CERTIFICATE-----\n?$/)
    const { n, e } = await exportJWK(await importX509(cert, 'RS256', { extractable: true }))
    expect({ n, e }).toEqual({ n: jwk?.n, e: jwk?.e })
  })

  it('is self-signed', async () => {
    expect(certificate.subject).toBe(certificate.issuer)
    expect(await certificate.verify({ signatureOnly: true })).toBe(true)
    expect(certificate.signatureAlgorithm).toMatchObject({ hash: { name: 'SHA-256' } })
  })

  it('is valid from a day ago, for slow clocks, until ten years from now', () => {
    expect(certificate.notBefore).toEqual(new Date((NOW - 86_400) * 1000))
    expect(certificate.notAfter).toEqual(new Date((NOW + 10 * 365 * 86_400) * 1000))
  })

  it('cannot certify others', () => {
    expect(certificate.getExtension(BasicConstraintsExtension)?.ca ?? false).toBe(false)
  })

  it('is enough for an origin to check a signature', async () => {
    const key = keys.find(({ cert: each }) => each === cert)
    if (!key) throw new Error('no such key')
    const token = await new SignJWT({ a: 1 })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(await importJWK(key.jwk, 'RS256'))
    const { payload } = await jwtVerify(token, await importX509(cert, 'RS256'))
    expect(payload).toEqual({ a: 1 })
  })
})
