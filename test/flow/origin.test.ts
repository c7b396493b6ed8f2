import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

type Seen = { headers: Record<string, string>; claims: Record<string, unknown> }

/** The request that reaches the origin. */
async function seen(token: string, headers: Record<string, string> = {}, from = client) {
  const response = await from.request('/whoami', token, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Seen
}

describe('A request with an access token', () => {
  it('reaches the origin with an assertion [O1] and the e-mail address [O12]', async () => {
    const { tokens } = await client.connect()
    const { headers } = await seen(tokens.access_token)
    expect(headers['cf-access-jwt-assertion']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(headers['cf-access-authenticated-user-email']).toBe('ada@example.com')
  })

  it('reaches the origin without the token [O2]', async () => {
    const { tokens } = await client.connect()
    expect((await seen(tokens.access_token)).headers).not.toHaveProperty('authorization')
  })

  it('has an assertion that an origin can verify with the published keys [O10, O11]', async () => {
    const { tokens } = await client.connect()
    const { headers, claims } = await seen(tokens.access_token)
    const keys = createRemoteJWKSet(new URL(`${TEAM}/cdn-cgi/access/certs`), {
      [customFetch]: (url) => world.fetch(String(url)),
    })
    const { payload, protectedHeader } = await jwtVerify(
      headers['cf-access-jwt-assertion'] ?? '',
      keys,
      { issuer: TEAM, audience: String((claims.aud as string[])[0]) },
    )
    expect(payload).toEqual(claims)
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it("has the claims of a person: aud is an array, iss is the team's URL [O7]", async () => {
    const { tokens } = await client.connect()
    const { claims } = await seen(tokens.access_token)
    expect(claims).toEqual({
      aud: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      email: 'ada@example.com',
      exp: expect.any(Number),
      iat: expect.any(Number),
      nbf: claims.iat,
      iss: TEAM,
      type: 'app',
      identity_nonce: expect.stringMatching(/^.{16}$/),
      sub: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      country: expect.stringMatching(/^[A-Z]{2}$/),
      policy_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      h_INTERNAL_DO_NOT_USE: 'localhost:8788',
    })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(900)
  })

  it('has the same assertion every time, and another after a refresh', async () => {
    const { clientId, tokens } = await client.connect()
    const assertion = async (token: string) =>
      (await seen(token)).headers['cf-access-jwt-assertion']
    const first = await assertion(tokens.access_token)
    await world.advance('1m')
    expect(await assertion(tokens.access_token)).toBe(first)
    const next = await (await client.refresh(clientId, tokens.refresh_token)).json()
    expect(await assertion((next as { access_token: string }).access_token)).not.toBe(first)
  })

  it('has the same sub for a person in every grant, and another identity_nonce', async () => {
    const [one, two] = [await client.connect(), await client.connect()]
    const [first, second] = [
      (await seen(one.tokens.access_token)).claims,
      (await seen(two.tokens.access_token)).claims,
    ]
    expect(second.sub).toBe(first.sub)
    expect(second.identity_nonce).not.toBe(first.identity_nonce)
  })

  it('loses every Cf-Access header that the client sent [O5]', async () => {
    const { tokens } = await client.connect()
    const { headers, claims } = await seen(tokens.access_token, {
      'Cf-Access-Jwt-Assertion': 'forged',
      'CF-ACCESS-AUTHENTICATED-USER-EMAIL': 'root@example.com',
      Cf_Access_Jwt_Assertion: 'forged',
      'Cf-Access-Client-Id': 'x',
      'Cf-Access-Client-Secret': 'y',
      'Cf-Access-Anything': 'z',
    })
    expect(claims.email).toBe('ada@example.com')
    const access = Object.entries(headers).filter(([name]) => /^cf[-_]access/.test(name))
    expect(access).toEqual([
      ['cf-access-authenticated-user-email', 'ada@example.com'],
      ['cf-access-jwt-assertion', expect.not.stringContaining('forged')],
    ])
  })

  it('keeps its other headers, and names its source address', async () => {
    const { tokens } = await client.connect()
    const { headers } = await seen(tokens.access_token, { 'X-Mine': 'kept', cookie: 'a=b' })
    expect(headers).toMatchObject({
      'x-mine': 'kept',
      cookie: 'a=b',
      'x-forwarded-host': 'localhost:8788',
      'x-forwarded-proto': 'http',
    })
  })

  it('is admitted with the scheme in any case, and at any host of the application', async () => {
    const { tokens } = await client.connect()
    const headers = { authorization: `BEARER ${tokens.access_token}` }
    expect((await world.fetch(`${APP}/whoami`, { headers })).status).toBe(200)
    expect((await world.fetch('http://other.example/whoami', { headers })).status).toBe(200)
  })

  it('is refused by another application [T20]', async () => {
    const two = emulator({
      APPLICATIONS: [application(), application({ name: 'Other', domain: 'other.example' })],
    })
    const { tokens } = await new Client(two.fetch).connect()
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const response = await two.fetch('http://other.example/whoami', { headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('Bearer realm="OAuth"')
  })

  it('is refused while Managed OAuth of the application is off', async () => {
    const { tokens } = await client.connect()
    const off = emulator({ APPLICATIONS: [application({ oauth_configuration: undefined })] })
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await off.fetch(`${APP}/whoami`, { headers })).status).toBe(302)
  })
})

describe('Not admitted:', () => {
  it('a forged assertion alone [O6]', async () => {
    const none = btoa('{"alg":"none"}').replaceAll('=', '')
    const claims = btoa('{"email":"ada@example.com","type":"app"}').replaceAll('=', '')
    for (const forged of [`${none}.${claims}.`, 'x', `${none}.${claims}.AAAA`]) {
      const response = await client.request('/whoami', undefined, {
        'cf-access-jwt-assertion': forged,
        'cf-access-token': forged,
        cookie: `CF_Authorization=${forged}`,
      })
      expect(response.status).toBe(401)
    }
  })

  it('a real assertion as a bearer token [O15]', async () => {
    const { tokens } = await client.connect()
    const { headers } = await seen(tokens.access_token)
    const assertion = headers['cf-access-jwt-assertion'] ?? ''
    await expect(client.request('/whoami', assertion)).not.toBeAdmitted()
    const replayed = await client.request('/whoami', undefined, { 'cf-access-token': assertion })
    expect(replayed.status).toBe(200) // [O14]
  })

  it('an assertion of another application', async () => {
    const two = emulator({
      APPLICATIONS: [application(), application({ name: 'Other', domain: 'other.example' })],
    })
    const from = new Client(two.fetch)
    const { tokens } = await from.connect()
    const { headers } = await seen(tokens.access_token, {}, from)
    const replayed = { 'cf-access-token': headers['cf-access-jwt-assertion'] ?? '' }
    const response = await two.fetch('http://other.example/whoami', { headers: replayed })
    expect(response.status).toBe(401)
  })

  it('an assertion signed with the public key as an HMAC secret', async () => {
    const { tokens } = await client.connect()
    const { headers } = await seen(tokens.access_token)
    const real = headers['cf-access-jwt-assertion'] ?? ''
    const { kid } = decodeProtectedHeader(real)
    const { SignJWT } = await import('jose')
    const { public_cert } = (await (await world.fetch(`${TEAM}/cdn-cgi/access/certs`)).json()) as {
      public_cert: { cert: string }
    }
    const forged = await new SignJWT(decodeJwt(real))
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(new TextEncoder().encode(public_cert.cert))
    const response = await client.request('/whoami', undefined, { 'cf-access-token': forged })
    expect(response.status).toBe(401)
  })
})

describe('The demo origin', () => {
  it('lists its endpoints', async () => {
    const { tokens } = await client.connect()
    const response = await client.request('/nothing', tokens.access_token)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'not_found' })
  })

  it('ignores the identity of a request that no application protects', async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ domain: 'other.example' })] })
    expect((await fetch(`${APP}/whoami`)).status).toBe(403)
  })
})
