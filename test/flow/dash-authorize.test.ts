import { beforeEach, describe, expect, it } from 'vitest'
import { redirectOf } from '../support/client'
import { CALLBACK, DASH, DashClient, oauthClient, withClients } from '../support/dashboard'
import { ADA, emulator } from '../support/emulator'
import { Person } from '../support/person'

const world = emulator(withClients({}))
const client = new DashClient(world.fetch)
beforeEach(world.reset)

const SCOPE_SENTENCE = 'The requested scope is invalid, unknown, or malformed.'

describe('An authorization request without a known client and redirect URI ends on the error page', () => {
  it('for an unknown client: 302 to /oauth/error, with a tiny anchor [D8]', async () => {
    const response = await client.authorization({ client_id: 'f'.repeat(32) })
    const location = `${DASH}/oauth/error?error=invalid_client&error_description=Client+authentication+failed+%28e.g.%2C+unknown+client%2C+no+client+authentication+included%2C+or+unsupported+authentication+method%29.+The+requested+OAuth+2.0+Client+does+not+exist.`
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe(location)
    expect(await response.text()).toBe(`<a href="${location.replace('&', '&amp;')}">Found</a>.\n\n`)
  })

  it.each([
    ['another path', 'https://app.example/other'],
    ['another port of localhost', 'http://localhost:9999/cb'],
    ['a longer one', `${CALLBACK}/more`],
    ['another case', 'https://APP.example/callback'],
    ['none of several', undefined],
  ])('for a redirect URI that is not registered: %s [C14, D8]', async (_, redirect_uri) => {
    const redirect_uris = [CALLBACK, 'http://localhost:8976/cb']
    const other = new DashClient(emulator(withClients({ redirect_uris })).fetch)
    const response = await other.authorization({ redirect_uri })
    expect(response.status).toBe(302)
    expect(redirectOf(response).to).toBe(`${DASH}/oauth/error`)
    expect(redirectOf(response).parameters.get('error')).toBe('invalid_request')
  })

  it('the error page shows its parameters as text', async () => {
    const person = await new Person(world.fetch).open(
      `${DASH}/oauth/error?error=invalid_client&error_description=%3Cb%3Ebold%3C/b%3E`,
    )
    expect(person.page).toMatchObject({
      status: 400,
      title: 'The application cannot be authorized',
    })
    expect(person.page?.text).toContain('invalid_client: <b>bold</b>')
  })
})

describe('A redirect URI is accepted', () => {
  it.each([
    ['with any port on an IP-literal loopback address', 'http://127.0.0.1:1234/cb'],
    ['with any port on the IPv6 loopback address', 'http://[::1]:1234/cb'],
    ['as it is registered', 'http://localhost:8976/cb'],
  ])('%s [C14]', async (_, redirect_uri) => {
    const redirect_uris = [
      'http://127.0.0.1:8976/cb',
      'http://[::1]:8976/cb',
      'http://localhost:8976/cb',
    ]
    const other = new DashClient(emulator(withClients({ redirect_uris })).fetch)
    await world.signIn(ADA)
    const response = await other.authorization({ redirect_uri })
    expect(response.status).toBe(302)
    expect(redirectOf(response).to).toBe(redirect_uri)
  })

  it('if it is omitted and only one is registered', async () => {
    await world.signIn(ADA)
    const code = await client.code({ redirect_uri: undefined })
    expect((await client.exchange(code, { redirect_uri: undefined })).status).toBe(200)
  })

  it('with its own query, into which the response parameters are sorted [D10]', async () => {
    const redirect_uris = [`${CALLBACK}?tenant=a`]
    const other = new DashClient(emulator(withClients({ redirect_uris })).fetch)
    const response = await other.authorization({ redirect_uri: redirect_uris[0], scope: 'x.y' })
    expect(response.headers.get('location')).toMatch(
      /\?error=invalid_scope&error_description=[^&]*&state=the-state&tenant=a$/,
    )
  })
})

describe('A refusal is redirected to the client before a person signs in', () => {
  it('with members in alphabetical order and spaces as + [D10]', async () => {
    const response = await client.authorization({ scope: 'account:read', state: 'state-1234' })
    expect(response.headers.get('location')).toBe(
      `${CALLBACK}?error=invalid_scope&error_description=The+requested+scope+is+invalid%2C+unknown%2C+or+malformed.+The+OAuth+2.0+Client+is+not+allowed+to+request+scope+%27account%3Aread%27.&state=state-1234`,
    )
  })

  it.each([
    ['email', 'email'],
    ['profile', 'profile'],
    ['a scope of the catalogue that the client has not registered', 'dns.read'],
    ['the first of several', 'zone.read teams.read x.y'],
  ])('for a scope beyond the registered ones: %s [D12]', async (_, scope) => {
    const refused = scope.split(' ').find((each) => each !== 'zone.read')
    const response = await client.authorization({ scope })
    const description = `${SCOPE_SENTENCE} The OAuth 2.0 Client is not allowed to request scope '${refused}'.`
    await expect(response).toRedirectWithError('invalid_scope', description, { to: CALLBACK })
  })

  it('for offline_access of a client without that grant [D23]', async () => {
    const other = new DashClient(
      emulator(withClients({ grant_types: ['authorization_code'] })).fetch,
    )
    await expect(other.authorization()).toRedirectWithError('invalid_scope', /./, { to: CALLBACK })
  })

  it.each([
    ['short', 'probe'],
    ['missing', undefined],
  ])(
    'for a state that is too weak: %s, scope and response type being right [D11]',
    async (_, state) => {
      await expect(client.authorization({ state })).toRedirectWithError(
        'invalid_state',
        "The state is missing or does not have enough characters and is therefore considered too weak. Request parameter 'state' must be at least be 8 characters long to ensure sufficient entropy.",
        { to: CALLBACK, state: state ?? '' },
      )
    },
  )

  it.each<[order: string, changes: Record<string, string | undefined>, error: string]>([
    ['scope before the response type', { scope: 'x.y', response_type: 'token' }, 'invalid_scope'],
    [
      'the response type before the state',
      { response_type: 'token', state: 'x' },
      'unsupported_response_type',
    ],
    [
      'the response mode before the state',
      { response_mode: 'form_post', state: 'x' },
      'unsupported_response_mode',
    ],
    ['the state before PKCE', { state: 'x', code_challenge: undefined }, 'invalid_state'],
  ])('in the order of the engine: %s [D9]', async (_, changes, error) => {
    const { state = 'the-state' } = changes
    const response = await client.authorization(changes)
    await expect(response).toRedirectWithError(error, /./, { to: CALLBACK, state })
  })

  it('for the implicit grant, in the fragment, whatever the client has registered [D6]', async () => {
    const other = new DashClient(
      emulator(withClients({ response_types: ['code', 'token', 'id_token'] })).fetch,
    )
    for (const response_type of ['token', 'id_token']) {
      const response = await other.authorization({ response_type })
      expect(response.headers.get('location')).toMatch(
        /^https:\/\/app\.example\/callback#error=unauthorized_client&/,
      )
    }
  })
})

describe('PKCE', () => {
  const confidential = new DashClient(
    emulator(withClients({ token_endpoint_auth_method: 'client_secret_basic', client_secret: 's' }))
      .fetch,
  )
  beforeEach(() => world.signIn(ADA))

  it.each([
    [
      'left out',
      { code_challenge: undefined, code_challenge_method: undefined },
      'This client must include a code_challenge when performing the authorize code flow, but it is missing.',
    ],
    [
      'plain',
      { code_challenge_method: 'plain' },
      'Clients must use code_challenge_method=S256, plain is not allowed.',
    ],
    [
      'without a method',
      { code_challenge_method: undefined },
      'Clients must use code_challenge_method=S256, plain is not allowed.',
    ],
    [
      'of another method',
      { code_challenge_method: 'S512' },
      'The code_challenge_method is not supported, use S256 instead.',
    ],
  ])('is required of a client without a secret: %s [D14]', async (_, changes, hint) => {
    const response = await client.authorization(changes)
    const description = new RegExp(`malformed\\. ${hint}$`)
    await expect(response).toRedirectWithError('invalid_request', description, { to: CALLBACK })
  })

  it('is optional for a client with a secret, and must be S256 if used [D14]', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined }
    const { parameters } = redirectOf(await confidential.authorization(without))
    expect(parameters.get('code')).toMatch(/./)
    const plain = { code_challenge_method: 'plain' }
    await expect(confidential.authorization(plain)).toRedirectWithError('invalid_request', /./, {
      to: CALLBACK,
    })
  })

  it('is checked after the person has cancelled [D9]', async () => {
    await world.signIn({ ...ADA, consent: 'deny' })
    const missing = await client.authorization({ code_challenge: undefined })
    await expect(missing).toRedirectWithError('access_denied', /./, { to: CALLBACK })
  })
})

describe('A success', () => {
  it('contains code, scope and state, in this order [D13]', async () => {
    await world.signIn(ADA)
    const response = await client.authorization()
    expect(response.headers.get('location')).toMatch(
      /^https:\/\/app\.example\/callback\?code=cfoac_[\w.-]{87}&scope=zone\.read\+offline_access&state=the-state$/,
    )
  })

  it('is in the fragment if the client requests that', async () => {
    await world.signIn(ADA)
    const response = await client.authorization({ response_mode: 'fragment' })
    expect(response.headers.get('location')).toMatch(/^https:\/\/app\.example\/callback#code=/)
  })

  it('requires at least one scope [D12]', async () => {
    await world.signIn(ADA)
    const response = await client.authorization({ scope: undefined })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('0 total permissions')
  })
})

describe('A private application', () => {
  const ACCOUNTS = [
    { id: 'a'.repeat(32), name: 'Ours', members: ['ada@example.com'] },
    { id: 'b'.repeat(32), name: 'Theirs', members: ['grace@example.com'] },
  ]
  const own = { ...withClients({ account_id: 'a'.repeat(32) }), ACCOUNTS }
  const account = new DashClient(emulator(own).fetch)

  it('can be authorized by a member of its account [C12]', async () => {
    await world.signIn(ADA)
    expect(await account.code()).toMatch(/^cfoac_/)
  })

  it('shows a page to others and does not redirect [C12]', async () => {
    await world.signIn({ email: 'grace@example.com' })
    const response = await account.authorization()
    expect(response.status).toBe(403)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).toContain('This is a private application')
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        kind: 'private-application-refused',
        client: { id: account.clientId, name: 'Zone lister' },
        email: 'grace@example.com',
        rayId: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    )
  })

  it('can be authorized by every person once it is public [C12]', async () => {
    const clients = withClients({ account_id: 'a'.repeat(32), visibility: 'public' })
    const other = new DashClient(emulator({ ...clients, ACCOUNTS }).fetch)
    await world.signIn({ email: 'grace@example.com' })
    expect(await other.code()).toMatch(/^cfoac_/)
  })
})

describe('The events distinguish', () => {
  const events = async () => (await world.events()).filter(({ kind }) => kind !== 'control')
  const kinds = async () => (await events()).map(({ kind }) => kind)

  it('a person who cancelled', async () => {
    await world.signIn({ ...ADA, consent: 'deny' })
    const response = await client.authorization()
    await expect(response).toRedirectWithError('access_denied', /./, { to: CALLBACK })
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        kind: 'authorization-cancelled',
        client: { id: client.clientId, name: 'Zone lister' },
        ...ADA,
        rayId: expect.any(String),
      }),
    )
  })

  it('a scope that is not allowed from any other refusal', async () => {
    await client.authorization({ scope: 'x.y' })
    await client.authorization({ state: 'x' })
    await client.authorization({ client_id: 'nobody' })
    expect(await kinds()).toEqual([
      'scope-not-allowed',
      'authorization-refused',
      'authorization-refused',
    ])
    expect((await events()).map(({ recipient }) => recipient)).toEqual([
      undefined,
      'client',
      'person',
    ])
  })

  it('an application whose publisher is not verified', async () => {
    await world.signIn(ADA)
    await client.code()
    expect(await kinds()).toEqual(['client-not-verified', 'application-authorized'])
  })
})

describe("The dashboard's host", () => {
  const apart = emulator({ ...withClients({}), DASH_DOMAIN: 'dash.localhost' })
  const at = (host: string, path: string) => apart.fetch(`http://${host}:8788${path}`)

  it('is the issuer of its metadata, whatever DASH_DOMAIN is [D1]', async () => {
    for (const [{ fetch }, origin] of [
      [world, DASH],
      [apart, 'http://dash.localhost:8788'],
    ] as const) {
      const response = await fetch(`${origin}/.well-known/openid-configuration`)
      expect(await response.json()).toMatchObject({
        issuer: origin,
        authorization_endpoint: `${origin}/oauth2/auth`,
        token_endpoint: `${origin}/oauth2/token`,
        end_session_endpoint: `${origin}/oauth2/sessions/logout`,
        scopes_supported: ['offline_access', 'offline', 'openid'],
        claims_supported: ['sub'],
      })
    }
  })

  it('has no RFC 8414 document: 200 and HTML on a separate host [D2]', async () => {
    const response = await at('dash.localhost', '/.well-known/oauth-authorization-server')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  })

  it("serves Managed OAuth's document on the host that it shares with the team domain [M9]", async () => {
    const response = await world.fetch(`${DASH}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({
      token_endpoint: `${DASH}/cdn-cgi/access/oauth/token`,
    })
  })

  it.each(['/oauth2/auth', '/oauth2/token', '/.well-known/jwks.json', '/oauth/error'])(
    'is the only host with %s: on another host the path is behind Access',
    async (path) => {
      expect((await world.fetch(`http://localhost:8788${path}`)).status).toBe(401)
    },
  )

  it('redirects to the connected applications by ?to= on a separate host [D30]', async () => {
    const response = await at('dash.localhost', '/?to=/profile/access-management/authorization')
    expect(response.headers.get('location')).toBe(
      'http://dash.localhost:8788/profile/access-management/authorization',
    )
  })

  it('responds to GET of the token endpoint with 404 [D3]', async () => {
    expect((await world.fetch(`${DASH}/oauth2/token`)).status).toBe(404)
  })
})

it('A client of OAUTH_CLIENTS has a secret if and only if its method uses one', async () => {
  const wrong = emulator({ OAUTH_CLIENTS: [oauthClient({ client_secret: 's' })] })
  const response = await wrong.fetch(`${DASH}/oauth2/auth`)
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('OAUTH_CLIENTS[0].client_secret')
})
