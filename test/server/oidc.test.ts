import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, type JWTPayload } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fetch, Tokens } from '../support/client'
import { oidcSetting } from '../support/oidc-setting'
import { OpenIdProvider } from '../support/openid-provider'
import { Person } from '../support/person'
import { RogueProvider } from '../support/rogue-provider'
import { freePort, networkFetch, type Server, startServer } from '../support/server'

const BLOCKED = { status: 403, title: 'That account does not have access.' }

/** An origin that responds with the claims of the assertion, at every path. */
const origin = createServer((request, response) => {
  const assertion = String(request.headers['cf-access-jwt-assertion'])
  response.end(JSON.stringify(decodeJwt(assertion)))
})
let provider: OpenIdProvider
let rogue: RogueProvider
let server: Server
let store: string

beforeAll(async () => {
  origin.listen(0, '127.0.0.1')
  await once(origin, 'listening')
  provider = await OpenIdProvider.start()
  rogue = await RogueProvider.start()
  store = await mkdtemp(join(tmpdir(), 'emulator-oidc-'))
  server = await startServer(await flags(), store)
  provider.serve(`${server.team}/cdn-cgi/access/callback`)
})
beforeEach(async () => {
  await server.control('POST', 'reset')
  provider.codes.splice(0)
  rogue.claims = {}
})
afterAll(async () => {
  await server?.stop()
  await Promise.all([provider?.stop(), rogue?.stop()])
  origin.close()
  await rm(store, { recursive: true, force: true })
})

// `test/flow/oidc-login.test.ts` tests every refusal of a return and of an id_token.
describe('An OpenID Connect provider', () => {
  it('is a button beside the people', async () => {
    const person = await at('/')
    const buttons = person.page?.html.querySelectorAll('button').map((each) => each.text.trim())
    expect(buttons).toContain('Sign in with Corporate')
    expect(person.page?.text).toContain('ada@example.com')
  })

  it('signs a person in for the application, by its own name, groups and claims', async () => {
    const person = await signIn(await at('/deep/path?q=1'), 'ada@example.com')
    expect(person.page?.url).toBe(`${server.app}/deep/path?q=1`)
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
    for (const host of [server.app, server.team]) {
      await person.open(`${host}/cdn-cgi/access/get-identity`)
      expect(claimsOf(person)).toMatchObject({
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        idp: { id: 'corporate', type: 'oidc' },
        groups: [{ name: 'analysts' }, { name: 'admins' }],
      })
    }
  })

  it('receives scopes, state, nonce and PKCE', async () => {
    const person = await at('/')
    const { urls } = await signIn(person, 'ada@example.com')
    const request = new URL(urls.find((url) => url.startsWith(`${provider.issuer}/auth?`)) ?? '')
    expect(Object.fromEntries(request.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'access',
      redirect_uri: `${server.team}/cdn-cgi/access/callback`,
      scope: 'openid email profile',
      state: expect.any(String),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    // Of the redeemed code: the verifier was right (oidc-provider checks it).
    expect(provider.codes).toMatchObject([
      {
        nonce: request.searchParams.get('nonce'),
        codeChallenge: request.searchParams.get('code_challenge'),
        codeChallengeMethod: 'S256',
      },
    ])
  })

  it('receives no PKCE while pkce_enabled is off, and only its configured scopes', async () => {
    const person = await signIn(await at('/'), 'ada@example.com', 'Bare')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
    expect(claimsOf(person)).not.toHaveProperty('custom')
    const [code, ...more] = provider.codes
    expect(more).toEqual([])
    expect(code?.scope).toBe('openid email')
    expect(code?.codeChallenge).toBeUndefined()
  })

  it('signs a person in for an authorization of Managed OAuth', async () => {
    const { tokens } = await authorize('ada@example.com')
    const response = await server.client.request('/', tokens.access_token)
    expect(await response.json()).toMatchObject({
      email: 'ada@example.com',
      custom: { department: 'engineering', groups: ['analysts', 'admins'] },
    })
  })

  it('signs in while the emulated clock is days ahead of its own', async () => {
    await server.control('PATCH', 'clock', { advance: '72h' })
    const person = await signIn(await at('/'), 'ada@example.com')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
  })
})

describe('Claims of an OpenID Connect provider', () => {
  it.each([
    ['/engineers', 'a claim has the value', 'ada@example.com', 'grace@example.com'],
    ['/analysts', 'one of several values', 'ada@example.com', 'grace@example.com'],
    ['/navy', 'a claim of one provider', 'grace@example.com', 'ada@example.com'],
  ])('decide `oidc` rules of policies: %s, %s', async (path, _, admitted, denied) => {
    const inside = await signIn(await at(path), admitted)
    expect(claimsOf(inside)).toMatchObject({ email: admitted })
    expect((await signIn(await at(path), denied)).page).toMatchObject(BLOCKED)
  })

  it('belong to the login: the same person without them is not admitted', async () => {
    const picked = await (await at('/engineers')).press('ada@example.com')
    expect(picked.page).toMatchObject(BLOCKED)
  })

  it('of another provider decide too, unless the rule names the provider', async () => {
    rogue.claims = { department: 'engineering' }
    const inside = await (await at('/engineers')).press('Sign in with Rogue')
    expect(claimsOf(inside)).toMatchObject({ custom: { department: 'engineering' } })
    rogue.claims = { department: 'navy' }
    const outside = await (await at('/navy')).press('Sign in with Rogue')
    expect(outside.page).toMatchObject(BLOCKED)
  })

  it('come with the login method, which `login_method` rules compare', async () => {
    const inside = await signIn(await at('/by-corporate'), 'grace@example.com')
    expect(claimsOf(inside)).toMatchObject({ email: 'grace@example.com' })
    const picked = await (await at('/by-corporate')).press('grace@example.com')
    expect(picked.page).toMatchObject(BLOCKED)
  })
})

describe('allowed_idps', () => {
  it('hides the other providers from the page and from forms', async () => {
    const person = await at('/only-people')
    expect(
      person.page?.html.querySelectorAll('button').map((each) => each.text.trim()),
    ).not.toContain('Sign in with Corporate')
    await person.press('Log in', { idp: 'corporate', email: 'ada@example.com' })
    expect(person.page).toMatchObject({ status: 400, title: 'Invalid form' })
  })

  it('with one entry and auto_redirect_to_identity skips the page', async () => {
    const person = await at('/auto')
    expect(person.page?.url).toContain(`${provider.issuer}/interaction/`)
    await enter(person, 'ada@example.com')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
  })

  it('shows the provider again to a person whom the policies deny, who can return as another person', async () => {
    const person = await enter(await at('/auto'), 'grace@example.com')
    expect(person.page).toMatchObject(BLOCKED)
    await person.follow('Log in as another person')
    expect(person.page?.url).toContain(`${provider.issuer}/interaction/`)
    await enter(person, 'ada@example.com')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
  })
})

describe('A login that the provider does not complete', () => {
  it('ends on a page that reports it if the person cancels', async () => {
    const person = await (await at('/')).press('Sign in with Corporate')
    await person.follow('[ Cancel ]')
    expect(person.page).toMatchObject({ status: 400, title: 'Corporate did not sign you in' })
    expect(person.page?.text).toContain('access_denied. End-User aborted interaction')
    await isNotSignedIn(person)
    await signIn(await person.open(`${server.app}/`), 'ada@example.com')
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
  })

  it('ends on a page with the response of token_url if the client_secret is wrong', async () => {
    const person = await signIn(await at('/'), 'ada@example.com', 'Wrong secret')
    expect(person.page).toMatchObject({ status: 400, title: 'Wrong secret did not sign you in' })
    expect(person.page?.text).toMatch(/token_url responded with 401: \{"error":"invalid_client"/)
    await isNotSignedIn(person)
  })

  it.each(['token_url', 'certs_url'])(
    'ends on a page that names %s if it is down',
    async (name) => {
      const person = await signIn(await at('/'), 'ada@example.com', `Down ${name}`)
      expect(person.page).toMatchObject({ status: 502, title: `Down ${name} cannot be reached` })
      expect(person.page?.text).toMatch(/http:\/\/127\.0\.0\.1:\d+\/down: /)
      await isNotSignedIn(person)
    },
  )
})

describe('The callback', () => {
  it('is refused with the code of another login', async () => {
    const first = await heldAtCallback()
    const second = await heldAtCallback('grace@example.com')
    const mixed = new URL(second.callback)
    mixed.searchParams.set('code', new URL(first.callback).searchParams.get('code') ?? '')
    await second.person.open(mixed.href)
    expect(second.person.page).toMatchObject({
      status: 400,
      title: 'Corporate did not sign you in',
    })
    expect(second.person.page?.text).toContain('invalid_grant')
    await isNotSignedIn(second.person)
  })
})

describe('An id_token', () => {
  const signInRogue = async (claims: JWTPayload) => {
    rogue.claims = claims
    return (await at('/')).press('Sign in with Rogue')
  }

  it('is accepted with groups and claims that are no texts, which no rule matches', async () => {
    const hostile = { toString: 1 }
    const person = await signInRogue({ groups: [hostile, 'analysts'], department: hostile })
    expect(claimsOf(person)).toMatchObject({ email: 'ada@example.com' })
    expect(claimsOf(await person.open(`${server.app}/analysts`))).toHaveProperty('email')
    await person.open(`${server.app}/engineers`)
    expect(person.page).toMatchObject(BLOCKED)
  })
})

// Last, because the emulator starts again with other settings.
it('The policies evaluate the claims again at every refresh [T18]', async () => {
  const ada = await authorize('ada@example.com')
  const grace = await authorize('grace@example.com')
  await server.stop()
  // The same store, with policies that now require the department.
  server = await startServer(
    await flags({ everybody: oidcRule('department', 'engineering') }),
    store,
  )
  provider.serve(`${server.team}/cdn-cgi/access/callback`)
  const { client } = server
  const refused = await client.refresh(grace.clientId, grace.tokens.refresh_token)
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })
  const refreshed = await client.refresh(ada.clientId, ada.tokens.refresh_token)
  expect(refreshed.status).toBe(200)
  const { access_token } = (await refreshed.json()) as Tokens
  const response = await client.request('/', access_token)
  expect(await response.json()).toMatchObject({ custom: { department: 'engineering' } })
})

/** A browser that can be stopped before the callback of the team domain is opened. */
class Browser extends Person {
  readonly urls: string[] = []
  isHeld = false
  constructor() {
    const fetch: Fetch = async (url, init) => {
      this.urls.push(url)
      return this.isHeld && url.includes('/callback?')
        ? new Response('held')
        : networkFetch(url, init)
    }
    const hosts = [server.app, server.team].map((url) => new URL(url).host)
    super(fetch, [...hosts, provider.host, rogue.host])
  }
}

function browser(): Browser {
  return new Browser()
}

/** A new browser that opens a path of the application. */
function at(path: string): Promise<Browser> {
  return browser().open(server.app + path)
}

/** Presses the provider's button, signs in at its pages, and returns. */
async function signIn(person: Browser, login: string, name = 'Corporate'): Promise<Browser> {
  return enter(await person.press(`Sign in with ${name}`), login)
}

/** Signs in at the pages of the provider. */
async function enter(person: Browser, login: string): Promise<Browser> {
  await person.press('Sign-in', { login, password: 'any' })
  // It requests consent, and before that the end of another person's session.
  while (person.page?.url.startsWith(provider.issuer)) await person.press('Continue')
  return person
}

/** A login whose callback has not reached the emulator yet. */
async function heldAtCallback(login = 'ada@example.com') {
  const person = await at('/')
  person.isHeld = true
  await signIn(person, login)
  person.isHeld = false
  return { person, callback: person.page?.url ?? '' }
}

async function isNotSignedIn(person: Person): Promise<void> {
  const identity = `${server.team}/cdn-cgi/access/get-identity`
  const response = await networkFetch(identity, {
    headers: { cookie: person.cookies('127.0.0.1') },
  })
  expect(response.status).toBe(400)
}

/** The response of the origin, or of get-identity. */
function claimsOf(person: Person): Record<string, unknown> {
  expect(person.page?.status, person.page?.text).toBe(200)
  return person.json()
}

/** Registers a client and goes through an authorization, signed in by the provider. */
async function authorize(login: string): Promise<{ clientId: string; tokens: Tokens }> {
  const { client } = server
  const { client_id: clientId } = await client.register()
  const person = await signIn(await browser().open(await client.authorizationUrl(clientId)), login)
  await person.press('Allow')
  const response = await client.exchange(clientId, person.callback?.searchParams.get('code') ?? '')
  expect(response.status).toBe(200)
  return { clientId, tokens: (await response.json()) as Tokens }
}

function oidcRule(claim_name: string, claim_value: string, identity_provider_id?: string) {
  return { oidc: { claim_name, claim_value, identity_provider_id } }
}

/** The settings: providers that differ in one thing each, applications by path. */
async function flags({ everybody = { everyone: {} } as object } = {}): Promise<string[]> {
  const down = `http://127.0.0.1:${await freePort()}/down`
  const provides = (name: string, config = {}, issuer = provider.issuer) =>
    oidcSetting(issuer, config, { id: name.toLowerCase().replaceAll(' ', '-'), name })
  const providers = [
    { id: 'people', name: 'People', type: 'cloudflare' },
    provides('Corporate'),
    provides('Bare', { scopes: ['openid', 'email'], pkce_enabled: false }),
    provides('Wrong secret', { client_secret: 'guessed' }),
    provides('Down token_url', { token_url: down }),
    provides('Down certs_url', { certs_url: down }),
    provides('Rogue', {}, rogue.issuer),
  ]
  const admits = (path: string, rule: object, members = {}) => ({
    name: path,
    domain: `localhost${path}`,
    policies: [{ name: 'Some', decision: 'allow', include: [rule] }],
    ...members,
  })
  const applications = [
    {
      ...admits('Demo', everybody),
      domain: '*',
      oauth_configuration: {
        enabled: true,
        dynamic_client_registration: { enabled: true, allow_any_on_localhost: true },
      },
    },
    admits('/engineers', oidcRule('department', 'engineering')),
    admits('/analysts', oidcRule('groups', 'analysts')),
    admits('/navy', oidcRule('department', 'navy', 'corporate')),
    admits('/by-corporate', { login_method: { id: 'corporate' } }),
    admits('/only-people', { everyone: {} }, { allowed_idps: ['people'] }),
    admits('/auto', oidcRule('department', 'engineering'), {
      allowed_idps: ['corporate'],
      auto_redirect_to_identity: true,
    }),
  ]
  const address = origin.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return [
    ...['--var', `ORIGIN_URL:http://127.0.0.1:${address.port}`],
    ...['--var', `IDENTITY_PROVIDERS:${JSON.stringify(providers)}`],
    ...['--var', `APPLICATIONS:${JSON.stringify(applications)}`],
  ]
}
