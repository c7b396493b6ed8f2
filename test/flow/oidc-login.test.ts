import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { challengeOf } from '../support/client'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'
import { CLIENT, oidcSetting } from '../support/oidc-setting'
import { Person } from '../support/person'

stopClock()
const ISSUER = 'https://idp.example'
const INVALID_NONCE = 'Invalid nonce. Please try logging in again.'
const IDENTITY = `${TEAM}/cdn-cgi/access/get-identity`
const world = emulator({
  IDENTITY_PROVIDERS: [
    oidcSetting(ISSUER),
    oidcSetting(ISSUER, { scopes: ['openid'], pkce_enabled: false }, { id: 'bare', name: 'Bare' }),
    oidcSetting(ISSUER, { issuer: ISSUER }, { id: 'strict', name: 'Strict' }),
    oidcSetting(ISSUER, { email_claim_name: 'upn' }, { id: 'upn', name: 'Upn' }),
  ],
})

/** The provider: its responses, and the requests that it has received. */
let own: CryptoKey
let stranger: CryptoKey
let jwk: JWK
let idToken: (nonce: string) => Promise<string>
let responses: Record<string, () => Response | Promise<Response>>
let requests: Request[]
let nonce: string

const signed = (claims: JWTPayload, key = own, alg = 'RS256') =>
  new SignJWT({
    iss: ISSUER,
    sub: 'ada',
    aud: 'access',
    exp: Math.floor(Date.now() / 1000) + 60,
    nonce,
    email: ADA.email,
    ...claims,
  })
    .setProtectedHeader({ alg, kid: 'own' })
    .sign(alg === 'HS256' ? (new TextEncoder().encode(CLIENT.client_secret) as never) : key)

beforeAll(async () => {
  const pairs = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  ;[own, stranger] = pairs.map(({ privateKey }) => privateKey) as [CryptoKey, CryptoKey]
  jwk = { ...(await exportJWK(pairs[0].publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
})
beforeEach(async () => {
  requests = []
  idToken = () => signed({})
  responses = {
    '/token': async () => Response.json({ id_token: await idToken(nonce), access_token: 'x' }),
    '/jwks': () => Response.json({ keys: [jwk] }),
  }
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    const respond = responses[new URL(request.url).pathname]
    if (!respond) throw new TypeError('connection refused')
    return respond()
  })
  await world.reset()
})
afterEach(() => vi.restoreAllMocks())

/** A person who has pressed the button of the provider, and the request that the provider receives. */
async function atProvider(name = 'Corporate') {
  const person = await new Person(world.fetch).open(`${APP}/whoami`)
  await person.press(`Sign in with ${name}`)
  const { searchParams } = person.callback ?? new URL(ISSUER)
  nonce = searchParams.get('nonce') ?? ''
  return { person, asked: Object.fromEntries(searchParams) }
}

const callback = (asked: Record<string, string>, answer: Record<string, string>) => {
  const query = new URLSearchParams({ ...answer, state: asked.state ?? '' })
  return `${asked.redirect_uri}?${query}`
}

/** A person who has returned from the provider. */
async function signIn(name?: string, answer: Record<string, string> = { code: 'a-code' }) {
  const { person, asked } = await atProvider(name)
  return person.open(callback(asked, answer))
}

async function identityOf(person: Person) {
  await person.open(IDENTITY)
  return person.page?.status === 200 ? person.json() : undefined
}

/** Expects the page of a failed login, and nobody signed in. */
async function expectRefused(person: Person, message: string, name = 'Corporate') {
  expect(person.page).toMatchObject({ status: 400, title: `${name} did not sign you in` })
  expect(person.page?.text).toContain(message)
  expect(await identityOf(person)).toBeUndefined()
}

describe('The authorization request to an OpenID Connect provider (OpenID Connect Core 3.1.2.1)', () => {
  it('has the configured scopes, a state, a nonce and PKCE', async () => {
    expect((await atProvider()).asked).toEqual({
      response_type: 'code',
      client_id: 'access',
      redirect_uri: `${TEAM}/cdn-cgi/access/callback`,
      scope: 'openid email profile',
      state: expect.any(String),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('has no PKCE while pkce_enabled is off', async () => {
    const { asked } = await atProvider('Bare')
    expect(asked.scope).toBe('openid')
    expect(Object.keys(asked)).not.toContain('code_challenge')
    expect(Object.keys(asked)).not.toContain('code_challenge_method')
  })

  it('has another state, nonce and challenge every time', async () => {
    const [one, other] = [(await atProvider()).asked, (await atProvider()).asked]
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one[name]).not.toBe(other[name])
    }
  })

  it('asks for a login if the person returns as another person', async () => {
    const APPLICATIONS = [application({ policies: [] })]
    const IDENTITY_PROVIDERS = [oidcSetting(ISSUER)]
    const denying = emulator({ APPLICATIONS, IDENTITY_PROVIDERS })
    const person = await new Person(denying.fetch).open(`${APP}/whoami`)
    await person.press('Sign in with Corporate')
    const asked = Object.fromEntries(person.callback?.searchParams ?? [])
    expect(asked).not.toHaveProperty('prompt')
    nonce = asked.nonce ?? ''
    await person.open(callback(asked, { code: 'a-code' }))
    await person.follow('Log in as another person')
    await person.press('Sign in with Corporate')
    expect(person.callback?.searchParams.get('prompt')).toBe('login')
  })
})

describe('The token request', () => {
  it('has the code, its verifier and the client secret as Basic (RFC 6749 2.3.1)', async () => {
    const { person, asked } = await atProvider()
    await person.open(callback(asked, { code: 'a-code' }))
    const [request] = requests
    expect(request).toMatchObject({ method: 'POST', url: `${ISSUER}/token`, redirect: 'manual' })
    expect(request?.headers.get('authorization')).toBe(
      `Basic ${btoa(`access:${encodeURIComponent(CLIENT.client_secret)}`)}`,
    )
    const body = Object.fromEntries(new URLSearchParams(await request?.text()))
    expect(body).toEqual({
      grant_type: 'authorization_code',
      code: 'a-code',
      redirect_uri: asked.redirect_uri,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(await challengeOf(body.code_verifier ?? '')).toBe(asked.code_challenge)
  })

  it('has no verifier while pkce_enabled is off', async () => {
    const person = await signIn('Bare')
    const body = new URLSearchParams(await requests[0]?.text())
    expect([...body.keys()]).toEqual(['grant_type', 'code', 'redirect_uri'])
    expect(await identityOf(person)).toMatchObject(ADA)
  })
})

describe('The claims of the id_token are those of the person:', () => {
  it('the configured ones, the name and the groups', async () => {
    const claims = { department: 'engineering', groups: ['a', 'b'] }
    idToken = () => signed({ ...claims, other: 'x', name: 'Ada' })
    const person = await signIn()
    expect(person.json().claims.custom).toEqual(claims)
    expect(await identityOf(person)).toMatchObject({
      ...ADA,
      name: 'Ada',
      groups: [{ name: 'a' }, { name: 'b' }],
      idp: { id: 'corporate', type: 'oidc' },
    })
  })

  it('the name and the groups are optional', async () => {
    idToken = () => signed({ name: 1 as never, groups: 'a' })
    const { name, groups } = (await identityOf(await signIn())) ?? {}
    expect({ name, groups }).toEqual({ name: '', groups: [] })
  })

  it('the e-mail address in email_claim_name', async () => {
    idToken = () => signed({ upn: 'ada@upn.example.com' })
    expect((await identityOf(await signIn('Upn')))?.email).toBe('ada@upn.example.com')
    idToken = () => signed({})
    await expectRefused(await signIn('Upn'), 'no e-mail address in upn', 'Upn')
  })
})

/** An array within arrays. */
const deep = (levels: number): never => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as never

describe('An id_token (OpenID Connect Core 3.1.3.7)', () => {
  it.each<[string, JWTPayload]>([
    ['several audiences, if this client is one of them', { aud: ['other', 'access'] }],
    ['an azp that is this client', { aud: ['other', 'access'], azp: 'access' }],
    ['any issuer, if the provider has no `issuer`', { iss: 'https://another.example' }],
  ])('is accepted with %s', async (_, claims) => {
    idToken = () => signed(claims)
    expect(await identityOf(await signIn())).toMatchObject(ADA)
  })

  it.each<[string, JWTPayload, string]>([
    ['another nonce', { nonce: 'of-another-login' }, 'does not have the nonce of this login'],
    ['no nonce', { nonce: undefined }, 'does not have the nonce of this login'],
    ['another aud', { aud: 'another-client' }, 'unexpected "aud"'],
    ['no aud', { aud: undefined }, 'missing required "aud"'],
    ['a past exp', { exp: 1 }, '"exp" claim timestamp check failed'],
    ['no exp', { exp: undefined }, 'missing required "exp"'],
    ['no iss', { iss: undefined }, 'missing required "iss"'],
    ['an iss that is no text', { iss: { a: 1 } as never }, 'no text in iss'],
    ['no sub', { sub: undefined }, 'missing required "sub"'],
    ['an empty sub', { sub: '' }, 'no text in sub'],
    ['a sub that is no text', { sub: 1 as never }, 'no text in sub'],
    ['the azp of another client', { aud: ['access', 'other'], azp: 'other' }, 'azp'],
    ['a claim that is too deep', { department: deep(60) }, 'nested too deep'],
    ['no e-mail address', { email: undefined }, 'no e-mail address in email'],
    ['a text that is no address', { email: 'ada' }, 'no e-mail address in email'],
  ])('is refused with %s', async (_, claims, message) => {
    idToken = () => signed(claims)
    await expectRefused(await signIn(), message)
  })

  it('is refused with another issuer than `issuer` of the provider, an extension', async () => {
    idToken = () => signed({ iss: 'https://attacker.example' })
    await expectRefused(await signIn('Strict'), 'unexpected "iss"', 'Strict')
    idToken = () => signed({})
    expect(await identityOf(await signIn('Strict'))).toMatchObject(ADA)
  })

  it('is refused with the signature of another key, or of the client secret', async () => {
    idToken = () => signed({}, stranger)
    await expectRefused(await signIn(), 'signature verification failed')
    idToken = () => signed({}, own, 'HS256')
    await expectRefused(await signIn(), 'not valid')
  })

  it.each<[path: string, status: number, body: string, message: string]>([
    ['/token', 200, '{"access_token":"x"}', 'token_url responded with 200 without an id_token'],
    ['/token', 200, '<h1>Hello</h1>', 'token_url responded with 200: <h1>Hello</h1>'],
    ['/token', 200, 'x'.repeat(201), `token_url responded with 200: ${'x'.repeat(200)}`],
    ['/token', 500, 'the token', 'token_url responded with 500: the token'],
    ['/token', 307, '', 'token_url responded with 307'],
    ['/jwks', 500, 'oh', 'Expected 200 OK from the JSON Web Key Set HTTP response'],
    ['/jwks', 200, '<h1>Hello</h1>', 'Failed to parse the JSON Web Key Set HTTP response as JSON'],
    ['/jwks', 200, '{"keys":[]}', 'no applicable key found'],
  ])(
    'is missing or cannot be verified: %s responds with %d',
    async (path, status, body, message) => {
      responses[path] = () => new Response(body, { status })
      await expectRefused(await signIn(), message)
    },
  )

  it.each(['token', 'jwks'])(
    'cannot be requested or verified if the provider is down: /%s',
    async (name) => {
      delete responses[`/${name}`]
      const person = await signIn()
      expect(person.page).toMatchObject({ status: 502, title: 'Corporate cannot be reached' })
      expect(person.page?.text).toContain(`${ISSUER}/${name}: connection refused`)
      expect(await identityOf(person)).toBeUndefined()
    },
  )
})

describe('A return from the provider is refused', () => {
  it.each<[string, Record<string, string>, string]>([
    ['with an error', { error: 'access_denied' }, 'the error access_denied.'],
    [
      'with an error and its description',
      { error: 'access_denied', error_description: 'The person cancelled' },
      'the error access_denied. The person cancelled',
    ],
    ['with an error beside a code', { code: 'a-code', error: 'x' }, 'the error x.'],
    ['without a code', {}, 'no code.'],
  ])('%s', async (_, answer, message) => {
    await expectRefused(await signIn('Corporate', answer), message)
    expect(requests).toEqual([])
  })

  it.each<[string, (url: URL) => void]>([
    ['no state', ({ searchParams }) => searchParams.delete('state')],
    ['a forged state', ({ searchParams }) => searchParams.set('state', 'abc.def.ghi')],
    [
      'a changed state',
      ({ searchParams }) =>
        searchParams.set('state', `${searchParams.get('state')?.slice(0, -4)}AAAA`),
    ],
  ])('with %s, and the login can still be completed [A12]', async (_, change) => {
    const { person, asked } = await atProvider()
    const url = callback(asked, { code: 'a-code' })
    const changed = new URL(url)
    change(changed)
    expect((await person.open(changed.href)).page).toMatchObject({ status: 400 })
    expect(await identityOf(person)).toBeUndefined()
    expect(await identityOf(await person.open(url))).toMatchObject(ADA)
  })

  it('in another browser, after 15 minutes, and the second time [A12]', async () => {
    const { person, asked } = await atProvider()
    const url = callback(asked, { code: 'a-code' })
    const other = await new Person(world.fetch).open(url)
    expect(other.page).toMatchObject({
      status: 400,
      title: INVALID_NONCE,
    })
    const busy = (await atProvider()).person
    expect((await busy.open(url)).page).toMatchObject({ status: 400 })
    expect(await identityOf(busy)).toBeUndefined()
    nonce = asked.nonce ?? ''
    expect(await identityOf(await person.open(url))).toMatchObject(ADA)
    expect((await person.open(url)).page).toMatchObject({ status: 400 })

    const late = await atProvider()
    await world.advance('15m')
    await late.person.open(callback(late.asked, { code: 'a-code' }))
    expect(late.person.page).toMatchObject({ status: 400 })
    expect(await identityOf(late.person)).toBeUndefined()
  })

  it('if a login page was opened after it [A12]', async () => {
    const { person, asked } = await atProvider()
    await person.open(`${APP}/whoami`)
    await person.open(callback(asked, { code: 'a-code' }))
    expect(person.page).toMatchObject({ status: 400, title: INVALID_NONCE })
    expect(await identityOf(person)).toBeUndefined()
  })
})
