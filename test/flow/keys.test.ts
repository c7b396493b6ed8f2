import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'
import { ALLOW, cookieOf, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()

// A session that outlives the week for which a retired key is accepted.
const world = emulator({
  APPLICATIONS: [application({ session_duration: '1000h', policies: [ALLOW, SERVICE_AUTH] })],
  SERVICE_TOKENS: [serviceToken()],
})
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

type Certs = JSONWebKeySet & {
  keys: { kid: string }[]
  public_cert: { kid: string; cert: string }
  public_certs: { kid: string; cert: string }[]
}
const certs = async () =>
  (await (await world.fetch(`${TEAM}/cdn-cgi/access/certs`)).json()) as Certs
const published = async () => (await certs()).keys.map(({ kid }) => kid)
const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? ''
const rotate = async () => {
  const response = await world.fetch(`${APP}/_emulator/keys/rotate`, { method: 'POST' })
  expect(response.status).toBe(200)
  return (await response.json()) as { current: string; published: string[] }
}
const status = async (token: string) => {
  const headers = { cookie: `CF_Authorization=${token}` }
  return (await world.fetch(`${APP}/whoami`, { headers })).status
}

const ofService = async () =>
  cookieOf(await world.fetch(`${APP}/whoami`, { headers: credentials() })) ?? ''
const ofBrowser = async () => {
  const person = await new Person(world.fetch).open(`${APP}/whoami`)
  return person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
}
const ofClient = async () => {
  const client = new Client(world.fetch)
  const { tokens } = await client.connect()
  const response = await client.request('/whoami', tokens.access_token)
  const { headers } = (await response.json()) as { headers: Record<string, string> }
  return headers['cf-access-jwt-assertion'] ?? ''
}
const TOKENS: [whose: string, token: () => Promise<string>][] = [
  ["a browser's", ofBrowser],
  ["a service token's", ofService],
  ["an access token's", ofClient],
]

describe('Rotating the keys', () => {
  it('returns the current key, which signs from then on [O10]', async () => {
    const before = await ofService()
    const { current, published: listed } = await rotate()
    expect(current).not.toBe(kidOf(before))
    expect(listed).toEqual(await published())
    expect((await certs()).public_cert.kid).toBe(current)
  })

  it.each(TOKENS)('signs %s assertion with the new key at once', async (_, token) => {
    const before = kidOf(await token())
    const { current } = await rotate()
    const after = kidOf(await token())
    expect(after).toBe(current)
    expect(after).not.toBe(before)
  })

  it('signs the assertion of an existing access token with the new key', async () => {
    const client = new Client(world.fetch)
    const { tokens } = await client.connect()
    const assertion = async () => {
      const response = await client.request('/whoami', tokens.access_token)
      const { headers } = (await response.json()) as { headers: Record<string, string> }
      return headers['cf-access-jwt-assertion'] ?? ''
    }
    const before = await assertion()
    const { current } = await rotate()
    expect(kidOf(before)).not.toBe(current)
    expect(kidOf(await assertion())).toBe(current)
  })

  it('makes a published key the current one, so origins know it already', async () => {
    const before = await published()
    const { current } = await rotate()
    expect(before).toContain(current)
  })

  it('publishes a certificate beside every key, and assertions verify with them', async () => {
    const before = await ofService()
    await rotate()
    const after = await ofService()
    const document = await certs()
    expect(document.public_certs.map(({ kid }) => kid)).toEqual(await published())
    for (const { cert } of document.public_certs) {
      expect(cert).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    }
    for (const token of [before, after]) {
      await jwtVerify(token, createLocalJWKSet(document), { issuer: TEAM })
    }
  })

  it('publishes no private part of a key', async () => {
    await rotate()
    for (const key of (await certs()).keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    }
  })
})

describe('The previous key', () => {
  it.each([
    ["a browser's", ofBrowser],
    ["a service token's", ofService],
  ])('is published, and %s token signed with it admitted, for 7 days', async (_, token) => {
    const before = await token()
    await rotate()
    expect(await status(before)).toBe(200)
    await world.advance('167h59m59s')
    expect(await published()).toContain(kidOf(before))
    expect(await status(before)).toBe(200)
    await world.advance('1s')
    expect(await published()).not.toContain(kidOf(before))
    expect(await status(before)).toBe(401)
  })

  it('is not published again after 7 days', async () => {
    const before = await ofService()
    await rotate()
    await world.advance('168h')
    await rotate()
    expect(await published()).not.toContain(kidOf(before))
  })

  it('has its own 7 days, whatever rotations follow', async () => {
    const first = await ofService()
    await rotate()
    await world.advance('72h')
    const second = await ofService()
    await rotate()
    await world.advance('96h') // 7 days after the first rotation, 4 after the second.
    expect(await status(first)).toBe(401)
    expect(await status(second)).toBe(200)
    await world.advance('72h')
    expect(await status(second)).toBe(401)
  })
})

describe('At least two keys are published [O11]', () => {
  it('after any number of rotations, all of them different', async () => {
    for (let rounds = 0; rounds < 4; rounds++) {
      const kids = await published()
      expect(kids.length).toBeGreaterThanOrEqual(2)
      expect(new Set(kids).size).toBe(kids.length)
      await rotate()
    }
  })

  it('when the retired keys are no longer published', async () => {
    await rotate()
    await rotate()
    await world.advance('1000h') // Keys outlive a reset, and tests before this one retired some.
    expect(await published()).toHaveLength(2)
  })

  it('and they are the same on the team domain and the application, under both paths', async () => {
    await rotate()
    const kids = await published()
    for (const url of [`${APP}/cdn-cgi/access/certs`, `${TEAM}/.access/certs`]) {
      const { keys } = (await (await world.fetch(url)).json()) as Certs
      expect(keys.map(({ kid }) => kid)).toEqual(kids)
    }
  })
})

describe('A reset', () => {
  it('keeps the keys as they are after a rotation, so that origins need not fetch them again', async () => {
    const { current } = await rotate()
    const before = await certs()
    await world.reset()
    expect(await certs()).toEqual(before)
    expect(kidOf(await ofService())).toBe(current)
  })
})

it('Keys are rotated from this machine only, and by POST', async () => {
  const before = await published()
  const url = '/_emulator/keys/rotate'
  const foreign = { method: 'POST', headers: { origin: 'https://evil.example' } }
  expect((await world.fetch(APP + url, foreign)).status).toBe(403)
  expect((await world.fetch(`http://other.example${url}`, { method: 'POST' })).status).toBe(503)
  expect((await world.fetch(APP + url)).status).toBe(405)
  expect(await published()).toEqual(before)
})
