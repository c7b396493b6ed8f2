import fc from 'fast-check'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { readTicket, signTicket, type TicketStep } from '../../src/access/ticket'
import { nearMisses } from './arbitraries'

const SECRET = new TextEncoder().encode('the secret of this emulator')
const NOW = 1_790_000_000
const STEPS: TicketStep[] = ['login', 'session', 'authorized', 'consent']
const CLAIMS = { email: 'ada@example.com', nested: { a: [1] } }

const signed = () => signTicket(SECRET, 'login', CLAIMS, NOW, 60)
const read = (ticket: string, now = NOW) => readTicket(SECRET, 'login', ticket, now)
const byHand = (header: JWTHeaderParameters = { alg: 'HS256' }) =>
  new SignJWT(CLAIMS)
    .setProtectedHeader(header)
    .setAudience('login')
    .setExpirationTime(NOW + 60)

describe('A ticket', () => {
  it('has three dot-separated parts, and needs no encoding in a URL or a cookie [U11]', async () => {
    expect(await signed()).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
  })

  it('contains its claims', async () => {
    expect(await read(await signed())).toMatchObject(CLAIMS)
  })

  it('is valid for its own step only', async () => {
    for (const step of STEPS) {
      const ticket = await signTicket(SECRET, step, CLAIMS, NOW, 60)
      for (const other of STEPS) {
        const claims = await readTicket(SECRET, other, ticket, NOW)
        expect(claims !== undefined, `${step} read as ${other}`).toBe(step === other)
      }
    }
  })

  it.each([
    [0, true, 'at once'],
    [59, true, 'in its last second'],
    [60, false, 'when it has expired'],
    [61, false, 'later'],
    [-3600, true, 'after the emulated clock went back'],
  ])('%d seconds later is valid: %s, %s', async (seconds, isGood) => {
    expect((await read(await signed(), NOW + seconds)) !== undefined).toBe(isGood)
  })

  it('is invalid with another secret, as after a reset', async () => {
    const other = new TextEncoder().encode('the secret after a reset')
    expect(await readTicket(other, 'login', await signed(), NOW)).toBeUndefined()
  })

  it('cannot be given another step or a longer life by its claims', async () => {
    const ticket = await signTicket(SECRET, 'login', { aud: 'consent', exp: NOW + 9999 }, NOW, 60)
    expect(await readTicket(SECRET, 'consent', ticket, NOW)).toBeUndefined()
    expect(await read(ticket)).toBeDefined()
    expect(await read(ticket, NOW + 60)).toBeUndefined()
  })

  it('made by hand is valid, so each case below fails for its own reason', async () => {
    expect(await read(await byHand().sign(SECRET))).toMatchObject(CLAIMS)
  })

  it('is invalid without a signature: alg none', async () => {
    const unsecured = new UnsecuredJWT(CLAIMS).setAudience('login').setExpirationTime(NOW + 60)
    expect(await read(unsecured.encode())).toBeUndefined()
  })

  it('is invalid with its signature cut off', async () => {
    const [header, payload] = (await signed()).split('.')
    expect(await read(`${header}.${payload}.`)).toBeUndefined()
    expect(await read(`${header}.${payload}`)).toBeUndefined()
  })

  it.each(['HS384', 'HS512'])(
    'is invalid with another algorithm and the right secret: %s',
    async (alg) => {
      const secret = crypto.getRandomValues(new Uint8Array(64))
      const ticket = await byHand({ alg }).sign(secret)
      expect(await readTicket(secret, 'login', ticket, NOW)).toBeUndefined()
      expect(await readTicket(secret, 'login', await byHand().sign(secret), NOW)).toBeDefined()
    },
  )

  it('is invalid with an asymmetric algorithm and an embedded key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const ticket = await byHand({ alg: 'ES256', jwk }).sign(privateKey)
    expect(await read(ticket)).toBeUndefined()
  })

  it('is invalid without an expiry', async () => {
    const endless = new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256' }).setAudience('login')
    expect(await read(await endless.sign(SECRET))).toBeUndefined()
  })

  it('is invalid without a step', async () => {
    const aimless = new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(NOW + 60)
    expect(await read(await aimless.sign(SECRET))).toBeUndefined()
  })

  it.each([
    '',
    '.',
    '..',
    '...',
    'a.b.c',
    'e30.e30.e30',
    'null',
    '{}',
    'not a ticket',
    '\0',
    'é.é.é',
  ])('is not %j', async (text) => {
    expect(await read(text)).toBeUndefined()
  })

  it('that was changed is invalid or has the same claims, and never causes an exception', async () => {
    const ticket = await signed()
    const claims = await read(ticket)
    await fc.assert(
      fc.asyncProperty(nearMisses(ticket), async (text) => {
        expect([undefined, claims]).toContainEqual(await read(text))
      }),
      { numRuns: 300 },
    )
  })
})
