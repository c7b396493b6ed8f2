import {
  CompactSign,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { DashClient, SECRET, withClients } from '../support/dashboard'
import { ADA, application, emulator, TEAM } from '../support/emulator'

const API_TOKEN = 'an-api-token-of-this-test'
const world = emulator({
  ...withClients(
    {},
    {
      client_id: '9'.repeat(32),
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: SECRET,
    },
  ),
  APPLICATIONS: [application(), application({ name: 'Other', domain: 'other.example' })],
})
const client = new Client(world.fetch)
const control = controlOf(world.fetch)

let assertion: string
let header: JWTHeaderParameters
beforeAll(async () => {
  await world.reset()
  await world.signIn(ADA)
  assertion = await assertionOf((await client.connect()).tokens.access_token)
  header = decodeProtectedHeader(assertion) as JWTHeaderParameters
})

async function assertionOf(accessToken: string): Promise<string> {
  const response = await client.request('/whoami', accessToken)
  const { headers } = (await response.json()) as { headers: Record<string, string> }
  return headers['cf-access-jwt-assertion'] ?? ''
}

/** Returns whether the application admits a JWT, which is the same wherever it is sent. */
async function letsIn(token: string, url = 'http://localhost:8788/whoami'): Promise<boolean> {
  const places: Record<string, string>[] = [
    { cookie: `CF_Authorization=${token}` },
    { 'cf-access-token': token },
    { 'cf-access-jwt-assertion': token },
  ]
  const answers = await Promise.all(places.map((headers) => world.fetch(url, { headers })))
  const isIn = answers.map(({ status }) => status === 200)
  expect(new Set(isIn).size).toBe(1)
  return isIn.includes(true)
}

const encoded = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')

const certs = async () =>
  (await (await world.fetch(`${TEAM}/cdn-cgi/access/certs`)).json()) as {
    keys: (JsonWebKey & { kid: string; n: string })[]
    public_cert: { cert: string }
  }

/** A token with the real claims, signed with a key of ours. */
async function signed(alg: string, changes: Record<string, unknown> = {}): Promise<string> {
  const { privateKey } = await generateKeyPair(alg)
  return new SignJWT(decodeJwt(assertion))
    .setProtectedHeader({ ...header, alg, ...changes })
    .sign(privateKey)
}

/** A token with the real claims, with text of the published key for a secret. */
async function keyed(
  alg: 'HS256' | 'HS512',
  secret: (from: Awaited<ReturnType<typeof certs>>) => string,
) {
  const bytes = new TextEncoder().encode(secret(await certs()))
  const text = new TextEncoder().encode(JSON.stringify(decodeJwt(assertion)))
  return new CompactSign(text).setProtectedHeader({ ...header, alg }).sign(bytes)
}

describe('Algorithm confusion: the gate admits no assertion that', () => {
  it('(the genuine assertion is admitted, so each case fails for its own reason)', async () => {
    expect(await letsIn(assertion)).toBe(true)
  })

  it.each(['none', 'None', 'NONE', 'nOnE', ''])('is not signed: alg %j', async (alg) => {
    const [, claims, signature] = assertion.split('.')
    for (const end of ['', signature, 'AAAA']) {
      expect(await letsIn(`${encoded({ ...header, alg })}.${claims}.${end}`)).toBe(false)
    }
  })

  it.each([
    ['certificate', (from) => from.public_cert.cert],
    ['certificate without its last line break', (from) => from.public_cert.cert.trim()],
    ['modulus', (from) => from.keys[0]?.n ?? ''],
    ['JWK', (from) => JSON.stringify(from.keys[0])],
    ['kid', (from) => from.keys[0]?.kid ?? ''],
  ] satisfies [string, (from: Awaited<ReturnType<typeof certs>>) => string][])(
    'is signed by HMAC with the public %s',
    async (_, secret) => {
      expect(await letsIn(await keyed('HS256', secret))).toBe(false)
      expect(await letsIn(await keyed('HS512', secret))).toBe(false)
    },
  )

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA'])(
    'is signed with a foreign key under the published kid: %s',
    async (alg) => {
      expect(await letsIn(await signed(alg))).toBe(false)
    },
  )

  it.each(['RS384', 'RS512', 'PS256'])(
    'names another algorithm than that of its signature: %s',
    async (alg) => {
      const [, claims, signature] = assertion.split('.')
      expect(await letsIn(`${encoded({ ...header, alg })}.${claims}.${signature}`)).toBe(false)
    },
  )

  it.each([
    undefined,
    '',
    '../../../dev/null',
    "x' OR '1'='1",
    '__proto__',
    'constructor',
    '0',
    '\u0000',
    7,
    null,
    [],
  ])('names an unknown key: kid %j', async (kid) => {
    expect(await letsIn(await signed('RS256', { kid }))).toBe(false)
  })

  it('brings its own key: jwk, jku, x5u, x5c', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    const jwk = { ...(await exportJWK(publicKey)), kid: header.kid, alg: 'RS256' }
    const members: Record<string, unknown>[] = [
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
      { jku: `${TEAM}/cdn-cgi/access/certs` },
      { x5u: 'https://evil.example/cert.pem' },
      { x5c: ['AAAA'] },
      { jwk, crit: ['jwk'] },
    ]
    for (const member of members) {
      const protectedHeader = encoded({ ...header, ...member })
      const [, claims] = assertion.split('.')
      const key = privateKey
      const bytes = new TextEncoder().encode(`${protectedHeader}.${claims}`)
      const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, bytes)
      const end = btoa(String.fromCharCode(...new Uint8Array(signature)))
      const base64url = end.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
      expect(await letsIn(`${protectedHeader}.${claims}.${base64url}`)).toBe(false)
    }
  })

  it.each(['=', '=='])('has padding: %s (RFC 7515 2)', async (padding) => {
    expect(await letsIn(assertion + padding)).toBe(false)
  })

  it("has no `exp`, although it is signed with the emulator's own key", async () => {
    const { emulator } = (await (await control('GET', 'state')).json()) as {
      emulator: { keys: { jwk: JsonWebKey }[] }
    }
    const key = await importJWK(emulator.keys[0]?.jwk as JWK, 'RS256')
    const { exp, ...claims } = decodeJwt(assertion)
    const signedWith = (payload: object) =>
      new SignJWT({ ...payload }).setProtectedHeader(header).sign(key)
    expect(await letsIn(await signedWith(claims))).toBe(false)
    expect(await letsIn(await signedWith({ ...claims, exp }))).toBe(true)
  })

  it('has changed claims under the same signature', async () => {
    const [head, , signature] = assertion.split('.')
    const claims = { ...decodeJwt(assertion), email: 'root@example.com' }
    expect(await letsIn(`${head}.${encoded(claims)}.${signature}`)).toBe(false)
  })
})

describe('Mix-up: a credential is accepted only for its own purpose', () => {
  it.each([
    [
      'an access token at another application',
      async () => {
        const { tokens } = await client.connect()
        return world.fetch('http://other.example/whoami', {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        })
      },
    ],
    [
      'a refresh token at the gate',
      async () => client.request('/whoami', (await client.connect()).tokens.refresh_token),
    ],
    ['an assertion as a bearer token [O15]', () => client.request('/whoami', assertion)],
    [
      'an access token as a cookie',
      async () => {
        const { tokens } = await client.connect()
        return world.fetch('http://localhost:8788/whoami', {
          headers: { cookie: `CF_Authorization=${tokens.access_token}` },
        })
      },
    ],
    [
      'an access token as a refresh token',
      async () => {
        const { clientId, tokens } = await client.connect()
        return client.refresh(clientId, tokens.access_token)
      },
    ],
    [
      'a refresh token of another client',
      async () => {
        const { tokens } = await client.connect()
        return client.refresh((await client.register()).client_id, tokens.refresh_token)
      },
    ],
    [
      'a code of another client',
      async () => {
        const { client_id } = await client.register()
        return client.exchange((await client.register()).client_id, await client.code(client_id))
      },
    ],
    [
      'a code of the dashboard at the token endpoint of Managed OAuth',
      async () => {
        const code = await new DashClient(world.fetch).code()
        return client.exchange((await client.register()).client_id, code)
      },
    ],
    [
      'a code of Managed OAuth at the token endpoint of the dashboard',
      async () => {
        const { client_id } = await client.register()
        return new DashClient(world.fetch).exchange(await client.code(client_id))
      },
    ],
    [
      'a token of the dashboard at the gate',
      async () =>
        client.request('/whoami', (await new DashClient(world.fetch).connect()).access_token),
    ],
    [
      'an id_token of the dashboard at the gate',
      async () => {
        const { id_token } = await new DashClient(world.fetch).connect({
          scope: 'openid zone.read',
        })
        expect(id_token).toMatch(/^eyJ/)
        return client.request('/whoami', undefined, { 'cf-access-token': id_token })
      },
    ],
    [
      'an access token of Managed OAuth at the API, which knows its tokens',
      async () => {
        const { tokens } = await client.connect()
        const strict = emulator({ API_TOKENS: [{ name: 'CI', token: API_TOKEN, permissions: [] }] })
        return strict.fetch('http://localhost:8788/client/v4/user', {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        })
      },
    ],
    [
      'an access token of Managed OAuth at userinfo',
      async () =>
        new DashClient(world.fetch).userinfo((await client.connect()).tokens.access_token),
    ],
  ] satisfies [string, () => Promise<Response>][])('%s is refused', async (_, use) => {
    const { status } = await use()
    expect([400, 401, 403]).toContain(status)
  })

  it('the assertion of one application is refused by another, wherever it is sent', async () => {
    expect(await letsIn(assertion, 'http://other.example/whoami')).toBe(false)
  })
})
