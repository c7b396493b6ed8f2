import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import {
  Client,
  challengeOf,
  REDIRECT_URI,
  redirectOf,
  type Tokens,
  tokensOf,
} from '../support/client'
import {
  ADA,
  APP,
  application,
  carrying,
  clientOf,
  emulator,
  LOGIN_TITLE,
  stopClock,
  TEAM,
} from '../support/emulator'
import { observer, type Told } from '../support/observer'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const cloudflare = api(world.fetch)
const { control, eventOf, fault, quirk } = observer(world.fetch)
beforeEach(world.reset)

/** The world with these rules for redirect URIs. */
const ruledBy = (dynamic_client_registration: object) =>
  new Client(
    emulator({
      APPLICATIONS: [
        application({
          oauth_configuration: {
            dynamic_client_registration: {
              allow_any_on_localhost: false,
              allow_any_on_loopback: false,
              ...dynamic_client_registration,
            },
          },
        }),
      ],
    }).fetch,
  )

type Explanation = {
  outcome: string
  rule?: string
  why: RegExp
  change?: RegExp
}

/** Expects that the request recorded an event of this kind that explains its response. */
async function explained(
  answer: { headers: Headers } | undefined,
  kind: string,
  { outcome, rule, why, change }: Explanation,
): Promise<Told> {
  if (!answer) throw new Error('no response')
  const event = await eventOf(answer, kind)
  expect(event).toMatchObject({
    outcome,
    why: expect.stringMatching(why),
    ...(rule && { rule }),
    ...(change && { change: expect.stringMatching(change) }),
  })
  return event
}

/** The parameters of the redirect to the callback. */

const REFUSED = {
  error: 'invalid_client_metadata',
  error_description: 'redirect_uri is not allowed by the account configuration',
}

describe('A client without resource', () => {
  const claude = 'https://claude.ai/api/mcp/auth_callback'
  const anysphere = 'cursor://anysphere.cursor-mcp/oauth/callback'

  it.each([
    ['[P1] claude.ai: connected, and no tools', claude],
    ['[P2] Cursor, at its own scheme', anysphere],
    ['[P2] Cursor, at a localhost callback', 'http://localhost:54321/callback'],
    ['[P3] Codex', 'http://localhost:1455/auth/callback'],
  ])('%s', async (_, uri) => {
    const account = ruledBy({ allow_any_on_localhost: true, allowed_uris: [claude, anysphere] })
    const { client_id } = await account.register({ redirect_uris: [uri] })
    const changes = { redirect_uri: uri, resource: undefined }
    const response = await account.authorization(client_id, changes)
    await expect(response).toRedirectWithError('invalid_target', 'No resource parameter found', {
      to: uri,
    })
    await explained(response, 'authorization', {
      outcome: 'refused',
      rule: 'A1',
      why: /no resource/,
      change: /Send the resource/,
    })
  })
})

describe('Redirect rules', () => {
  it('[P3] a random path of a loopback callback matches a rule with /*, and no exact rule', async () => {
    const uri = 'http://127.0.0.1:3118/callback/Zk3x9'
    const metadata = { redirect_uris: [uri] }
    const exact = ruledBy({ allowed_uris: ['http://127.0.0.1:3118/callback'] })
    const response = await exact.registration(metadata)
    expect([response.status, await response.json()]).toEqual([400, REFUSED])
    await explained(response, 'registration', {
      outcome: 'refused',
      rule: 'R5',
      why: /callback\/Zk3x9` is not allowed: `allow_any_on_loopback` is off/,
      change: /Turn on allow_any_on_loopback, or list the URI/,
    })
    const prefix = ruledBy({ allowed_uris: ['http://127.0.0.1:3118/callback/*'] })
    await explained(await prefix.registration(metadata), 'registration', {
      outcome: 'allowed',
      rule: 'http://127.0.0.1:3118/callback/*',
      why: /registered/,
    })
  })

  it("[P4] a hosted client's own callback is refused until a rule allows it", async () => {
    const uri = 'https://chatgpt.com/connector/oauth/Ab12Cd'
    const response = await client.registration({ redirect_uris: [uri] })
    expect(response.status).toBe(400)
    await explained(response, 'registration', {
      outcome: 'refused',
      rule: 'R5',
      why: /no entry of `allowed_uris` matches it \(https:\/\/playground/,
      change: /List the URI in allowed_uris, or a rule that ends in \/\*/,
    })
    await edit(oauth({ allowed_uris: ['https://chatgpt.com/connector/oauth/*'] }))
    expect((await client.registration({ redirect_uris: [uri] })).status).toBe(201)
  })

  it('[P4] a client that needs a 401 is redirected to a login page while Managed OAuth is off', async () => {
    const on = await world.fetch(`${APP}/mcp`, { method: 'POST' })
    expect(on.status).toBe(401)
    await explained(on, 'challenge', {
      outcome: 'asked',
      rule: 'U2',
      why: /metadata of its authorization server/,
    })
    await edit({ oauth_configuration: { enabled: false } })
    const off = await world.fetch(`${APP}/mcp`, { method: 'POST' })
    expect(off.status).toBe(302)
    await explained(off, 'challenge', {
      outcome: 'asked',
      rule: 'U10',
      why: /Managed OAuth is off for Demo/,
      change: /oauth_configuration.enabled/,
    })
  })

  it('[P5] one of six URIs that is not allowed fails the whole registration', async () => {
    const redirect_uris = [
      'http://127.0.0.1:33418/',
      'http://127.0.0.1/',
      'http://localhost:33418/',
      'http://localhost/',
      'https://vscode.dev/redirect',
      'https://insiders.vscode.dev/redirect',
    ]
    const response = await client.registration({ redirect_uris })
    expect([response.status, await response.json()]).toEqual([400, REFUSED])
    const event = await explained(response, 'registration', {
      outcome: 'refused',
      rule: 'R5',
      why: /`https:\/\/vscode.dev\/redirect` is not allowed.* refuses all 6 \[R6\]/,
      change: /[Ll]ist the URI/,
    })
    expect(event.redirectUris).toEqual(redirect_uris)
  })

  it('[P6] a URI that another application allows is registered, and refused at authorization', async () => {
    const rules = { dynamic_client_registration: { allowed_uris: ['https://claude.ai/*'] } }
    const other = application({
      name: 'Other',
      domain: 'other.example',
      oauth_configuration: rules,
    })
    const strict = application({
      oauth_configuration: { dynamic_client_registration: { enabled: true } },
    })
    const account = clientOf({ APPLICATIONS: [strict, other] })
    const redirect_uri = 'https://claude.ai/callback'
    const registration = await account.registration({ redirect_uris: [redirect_uri] })
    expect(registration.status).toBe(201)
    const { client_id } = (await registration.json()) as { client_id: string }
    const response = await account.authorization(client_id, { redirect_uri })
    await expect(response).toRedirectWithError(
      'invalid_request',
      'Redirect URI not allowed by application configuration',
      { to: redirect_uri },
    )
    await explained(response, 'authorization', {
      outcome: 'refused',
      rule: 'A4',
      why: /for app Demo.*rules of all applications together, authorization those of this one/,
      change: /List the URI/,
    })
  })

  it('[P15] an empty list refuses every hosted client', async () => {
    const response = await ruledBy({}).registration({ redirect_uris: ['https://claude.ai/cb'] })
    expect([response.status, await response.json()]).toEqual([400, REFUSED])
    await explained(response, 'registration', {
      outcome: 'refused',
      rule: 'R5',
      why: /the list is empty for app Demo/,
      change: /List the URI in allowed_uris/,
    })
  })

  it('[P23] a client cannot register, and the event names the URI and the reason', async () => {
    const client_name = 'Claude'
    const redirect_uris = ['https://claude.ai/api/mcp/auth_callback']
    const response = await client.registration({ client_name, redirect_uris })
    expect([response.status, await response.json()]).toEqual([400, REFUSED])
    const event = await explained(response, 'registration', {
      outcome: 'refused',
      why: /`https:\/\/claude.ai\/api\/mcp\/auth_callback` is not allowed/,
      change: /List the URI/,
    })
    expect(event).toMatchObject({ status: 400, client: { name: client_name } })
  })
})

describe('Challenges', () => {
  it('[P7] a client that knows only a Bearer challenge cannot continue', async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ oauth_configuration: undefined })] })
    const response = await fetch(`${APP}/mcp`, { method: 'POST' })
    expect(response.status).toBe(302)
    expect(response.headers.get('www-authenticate')).toMatch(/^Cloudflare-Access /)
    await explained(response, 'challenge', {
      outcome: 'asked',
      rule: 'U10',
      why: /support only a Bearer challenge/,
      change: /enabled/,
    })
  })

  it("[P14] the origin's own bearer token is refused", async () => {
    const response = await client.request('/api', 'sk-of-the-origin')
    expect(response.status).toBe(401)
    const event = await explained(response, 'challenge', {
      outcome: 'refused',
      rule: 'U8',
      why: /reserves the Authorization header/,
      change: /access token from the token endpoint/,
    })
    expect(event.credential).toBe('other-bearer-token')
  })

  it('[P16] the edge refuses a user agent at discovery', async () => {
    const metadata = `${APP}/.well-known/oauth-protected-resource`
    const ask = (agent: string) => world.fetch(metadata, { headers: { 'user-agent': agent } })
    await fault('blocked-user-agent', { user_agent: 'python-httpx' })
    const response = await ask('python-httpx/0.28')
    expect([response.status, await response.text()]).toEqual([403, 'error code: 1010'])
    await explained(response, 'fault', {
      outcome: 'failed',
      rule: 'blocked-user-agent',
      why: /bot protection/,
      change: /DELETE \/_emulator\/faults\/blocked-user-agent/,
    })
    expect((await ask('node')).status).toBe(200)
  })

  it('[P20] an access token expires after 15 minutes', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    await world.advance('15m')
    const response = await client.request('/mcp', tokens.access_token)
    expect(response.status).toBe(401)
    const event = await explained(response, 'challenge', {
      outcome: 'refused',
      rule: 'U9',
      why: /grant.access_token_lifetime/,
      change: /refresh token/,
    })
    expect(event).toMatchObject({ credential: 'expired-access-token', email: ADA.email })
  })

  it('[P22] discovery is redirected to a login page until Managed OAuth is on', async () => {
    const discovery = () => world.fetch(`${APP}/.well-known/oauth-protected-resource`)
    await edit({ oauth_configuration: { enabled: false } })
    const off = await discovery()
    expect(off.status).toBe(302)
    await explained(off, 'challenge', {
      outcome: 'asked',
      rule: 'U10',
      why: /Managed OAuth is off/,
      change: /enabled/,
    })
    await edit(oauth({ allow_any_on_localhost: true }))
    const on = await discovery()
    expect(on.status).toBe(200)
    await explained(on, 'discovery', { outcome: 'allowed', rule: 'M7', why: /metadata of Demo/ })
  })
})

describe('Hosted clients', () => {
  beforeEach(() => world.signIn(ADA))

  it('[P25] AI Crawl Control blocks a client that has its token', async () => {
    const { clientId, tokens } = await client.connect()
    await fault('ai-crawl-control', { user_agent: 'claude-user' })
    const agent = { 'user-agent': 'Claude-User/1.0' }
    const response = await client.request('/mcp', tokens.access_token, agent)
    expect([response.status, await response.json()]).toEqual([
      403,
      { message: 'Please contact the site owner for access.' },
    ])
    const event = await explained(response, 'fault', {
      outcome: 'failed',
      rule: 'ai-crawl-control',
      why: /AI Crawl Control/,
      change: /DELETE/,
    })
    expect(event.client).toEqual({ id: clientId })
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  it('[P26] a rule about the address is evaluated for the caller of the refresh', async () => {
    const policies = [
      {
        name: 'At home',
        decision: 'allow',
        include: [{ email_domain: { domain: 'example.com' } }],
        require: [{ ip: { ip: '203.0.113.0/24' } }],
      },
    ]
    const { fetch } = emulator({ APPLICATIONS: [application({ policies })] })
    const home = new Client(carrying(fetch, { 'cf-connecting-ip': '203.0.113.7' }))
    const hosted = new Client(carrying(fetch, { 'cf-connecting-ip': '160.79.104.10' }))
    const { clientId, tokens } = await home.connect()
    const response = await hosted.refresh(clientId, tokens.refresh_token)
    await expect(response).toBeRefused('invalid_grant')
    await explained(response, 'token', { outcome: 'refused', why: /No policy of Demo matches/ })
    expect((await home.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('[P27] an MCP path of several segments works here', async () => {
    const path = '/teams/one/servers/mcp'
    const { resource_metadata: url } = (await (await client.request(path)).json()) as {
      resource_metadata: string
    }
    expect((await world.fetch(url)).status).toBe(200)
    const { client_id } = await client.register()
    const code = await client.code(client_id, { resource: APP + path })
    const tokens = await tokensOf(client.exchange(client_id, code))
    const { fetch } = emulator({ ORIGIN: { fetch: () => new Response('tools') } })
    await expect(new Client(fetch).request(path, tokens.access_token)).toBeAdmitted()
  })

  it('[P28] a challenge without resource_metadata', async () => {
    await fault('bare-challenge', { times: 1 })
    const response = await client.request('/mcp')
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="OAuth", error="invalid_token", error_description="Missing or invalid access token"',
    )
    await explained(response, 'challenge', {
      outcome: 'asked',
      rule: 'P28',
      why: /left resource_metadata out/,
      change: /oauth-protected-resource/,
    })
  })

  it('[P29] a registration_client_uri comes without a registration_access_token', async () => {
    const registration = (await (await client.registration()).json()) as object
    expect(registration).toHaveProperty('registration_client_uri')
    expect(registration).not.toHaveProperty('registration_access_token')
  })

  it('[P30] a portal sends HTTP Basic, whatever method it registered', async () => {
    const refreshed = async (token_endpoint_auth_method: string) => {
      const { client_id, client_secret } = await client.register({ token_endpoint_auth_method })
      const code = await client.code(client_id)
      const basic = { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` }
      return client.exchange(client_id, code, { client_id: undefined }, basic)
    }
    const response = await refreshed('client_secret_post')
    await expect(response).toBeRefused('invalid_client')
    await explained(response, 'token', {
      outcome: 'refused',
      rule: 'RFC 6749 2.3',
      why: /client_secret_post, not with client_secret_basic/,
      change: /registered token_endpoint_auth_method/,
    })
    expect((await refreshed('client_secret_basic')).status).toBe(200)
  })

  it('[P33] the metadata announces an iss that the response lacks', async () => {
    await fault('missing-issuer')
    const metadata = await world.fetch(`${TEAM}/.well-known/oauth-authorization-server`)
    expect(await metadata.json()).toMatchObject({
      authorization_response_iss_parameter_supported: true,
    })
    const { client_id } = await client.register()
    const response = await client.authorization(client_id)
    expect([...redirectOf(response).parameters.keys()]).toEqual(['code', 'state'])
    await explained(response, 'fault', {
      outcome: 'failed',
      rule: 'missing-issuer',
      why: /announces/,
    })
  })

  it('[P32] the metadata at the host of the resource names another issuer', async () => {
    const path = '/.well-known/oauth-authorization-server'
    const issuerOf = async () =>
      ((await (await world.fetch(APP + path)).json()) as { issuer: string }).issuer
    expect(await issuerOf()).toBe(TEAM)
    await fault('wrong-metadata-issuer')
    expect(await issuerOf()).toBe('https://issuer.invalid')
  })

  it('[P34] a token that has expired when it is stored is refused', async () => {
    const grant = { access_token_lifetime: '1s' }
    const short = clientOf({
      APPLICATIONS: [
        application({
          oauth_configuration: {
            grant,
            dynamic_client_registration: { allow_any_on_localhost: true },
          },
        }),
      ],
    })
    const { tokens } = await short.connect()
    await world.advance('1s')
    const response = await short.request('/mcp', tokens.access_token)
    await expect(response).not.toBeAdmitted()
    await explained(response, 'challenge', { outcome: 'refused', rule: 'U9', why: /expired/ })
  })

  it('[P35] OAuth is detected for a private host too', async () => {
    const response = await world.fetch('http://mcp.internal:8788/mcp')
    const { resource_metadata: url } = (await response.json()) as { resource_metadata: string }
    expect(url).toMatch(/^http:\/\/mcp\.internal:8788\//)
    expect(await (await world.fetch(url)).json()).toMatchObject({
      resource: 'http://mcp.internal:8788',
    })
  })

  it('[P36] a fixed Authorization header wins over the login, and the report says so', async () => {
    const agent = new Client(carrying(world.fetch, { 'user-agent': 'channel/1' }))
    const { clientId } = await agent.connect()
    const response = await agent.request('/mcp', 'sk-of-the-settings')
    await expect(response).not.toBeAdmitted()
    const report = await control('GET', `clients/${clientId}/report`)
    const { checks } = (await report.json()) as { checks: { id: string; verdict: string }[] }
    expect(checks.find(({ id }) => id === 'static-bearer')?.verdict).toBe('failed')
  })

  it('[P37] a client without custom headers needs Managed OAuth', async () => {
    const services = clientOf({
      APPLICATIONS: [
        application({
          policies: [
            { name: 'CI', decision: 'non_identity', include: [{ any_valid_service_token: {} }] },
          ],
        }),
      ],
    })
    expect((await services.request('/mcp')).status).toBe(403)
    const { tokens } = await client.connect()
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })
})

describe('Pages', () => {
  const authorizationPage = async (person: Person, changes = {}) => {
    const { client_id } = await client.register()
    return person.open(await client.authorizationUrl(client_id, changes))
  }

  it('[P8] consent is required at every authorization', async () => {
    const person = await authorizationPage(new Person(world.fetch))
    await person.press('ada@example.com')
    for (const _ of ['first', 'second']) {
      expect(person.page?.title).toBe('Authorize Client')
      await explained(person.page, 'authorization', {
        outcome: 'asked',
        rule: 'A8',
        why: /every authorization/,
        change: /refresh token/,
      })
      await person.press('allow')
      await authorizationPage(person)
    }
  })

  it('[P11] a login page that a newer one replaced is refused: Invalid nonce', async () => {
    const person = await authorizationPage(new Person(world.fetch))
    const stale = person.page
    await authorizationPage(person)
    person.page = stale
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({
      status: 400,
      title: 'Invalid nonce. Please try logging in again.',
    })
    await explained(person.page, 'login', {
      outcome: 'refused',
      rule: 'A12',
      why: /another one was opened after it/,
      change: /start again/,
    })
  })

  it('[P12] a one-time PIN fails for an application with a path', async () => {
    const { fetch } = emulator({
      IDENTITY_PROVIDERS: [{ id: 'pin', name: 'E-mail me a code', type: 'onetimepin' }],
      APPLICATIONS: [application({ domain: 'localhost/mcp' })],
    })
    await quirk('path-scoped-pin')
    const person = await new Person(fetch).open(`${APP}/mcp`)
    await person.press('Send me a code', ADA)
    expect(person.page).toMatchObject({
      status: 200,
      title: 'Unable to find your Access application!',
    })
    await explained(person.page, 'login', {
      outcome: 'refused',
      rule: 'P12',
      why: /invalid URL/,
      change: /without a path/,
    })
  })

  it('[P12] a one-time PIN is mailed for an application without a path', async () => {
    const { fetch } = emulator({
      IDENTITY_PROVIDERS: [{ id: 'pin', name: 'E-mail me a code', type: 'onetimepin' }],
    })
    await quirk('path-scoped-pin')
    const person = await new Person(fetch).open(`${APP}/mcp`)
    await person.press('Send me a code', ADA)
    expect(person.page?.html.querySelector('input[name=code]')).not.toBeNull()
  })

  it('[P13] Cross-Origin-Opener-Policy separates a popup from its opener', async () => {
    const person = await authorizationPage(new Person(world.fetch))
    const severed = { outcome: 'asked', why: /Cross-Origin-Opener-Policy/ }
    expect(person.page?.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    await explained(person.page, 'login', { ...severed, change: /window.opener/ })
    await person.press('ada@example.com')
    expect(person.page?.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    await explained(person.page, 'authorization', severed)
  })

  it('[P18] a code_challenge that begins with - or _ is refused, with the message of S256', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const code_challenge = `-${(await challengeOf('x')).slice(1)}`
    const ask = () => client.authorization(client_id, { code_challenge })
    expect(redirectOf(await ask()).parameters.get('error')).toBeNull()
    await quirk('pkce-challenge-start')
    const response = await ask()
    await expect(response).toRedirectWithError(
      'invalid_request',
      'code_challenge_method must be S256 for public clients',
      { to: REDIRECT_URI },
    )
    await explained(response, 'authorization', {
      outcome: 'refused',
      rule: 'P18',
      why: /begins with - or _/,
      change: /another code_verifier/,
    })
  })
})

describe('A logout', () => {
  const afterLogout = async () => {
    const person = new Person(world.fetch)
    await person.open(`${APP}/`)
    await person.press('ada@example.com')
    await person.open(`${APP}/cdn-cgi/access/logout`)
    const { client_id } = await client.register()
    return person.open(await client.authorizationUrl(client_id))
  }

  it("[P31] makes the next authorization end at the application's root, with the quirk", async () => {
    expect((await afterLogout()).page?.title).toBe(LOGIN_TITLE)
    await world.reset()
    await quirk('logout-bounce')
    const person = await afterLogout()
    await person.press('ada@example.com')
    expect([person.callback, person.page?.url]).toEqual([undefined, `${APP}/`])
    const { client_id } = await client.register()
    await person.open(await client.authorizationUrl(client_id))
    expect(person.page?.title).toBe('Authorize Client')
  })

  it('[P31] is no part of the first authorization of a browser, with the quirk', async () => {
    await quirk('logout-bounce')
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    await person.press('ada@example.com')
    expect(person.page?.title).toBe('Authorize Client')
  })
})

describe('Tokens', () => {
  beforeEach(() => world.signIn(ADA))

  it('[P9] of two simultaneous refreshes one reuses the token, and the grant ends', async () => {
    const { clientId, tokens } = await client.connect()
    const refresh = () => client.refresh(clientId, tokens.refresh_token)
    const answers = await Promise.all([refresh(), refresh()])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    const [winner, loser] = answers.sort((one, other) => one.status - other.status)
    await explained(winner, 'token', { outcome: 'allowed', rule: 'T12', why: /new pair/ })
    await explained(loser, 'token', {
      outcome: 'refused',
      rule: 'T13',
      why: /refreshed at the same time \(P9\)/,
      change: /refresh in one process. REFRESH_TOKEN_GRACE/,
    })
    const next = (await winner?.json()) as Tokens
    const after = await client.request('/', next.access_token)
    expect(after.status).toBe(401)
    await explained(after, 'challenge', { outcome: 'refused', why: /used twice/ })
  })

  it('[P9] both get the same pair within a grace window', async () => {
    await quirk('refresh-grace')
    const { clientId, tokens } = await client.connect()
    const refresh = async () => {
      const response = await client.refresh(clientId, tokens.refresh_token)
      return ((await response.json()) as Tokens).refresh_token
    }
    const [one, other] = await Promise.all([refresh(), refresh()])
    expect(one).toBe(other)
  })

  it('[P21] a person whose sessions were revoked keeps a valid grant', async () => {
    const { clientId, tokens } = await client.connect()
    await world.revoke({ person: ADA.email })
    const refreshed = await client.refresh(clientId, tokens.refresh_token)
    expect(refreshed.status).toBe(200)
    const livesOn = { outcome: 'allowed', rule: 'T15', change: /strict-revocation/ }
    await explained(refreshed, 'token', { ...livesOn, why: /ada@example.com was revoked/ })
    const { access_token } = (await refreshed.json()) as Tokens
    const admitted = await client.request('/whoami', access_token)
    expect(admitted.status).toBe(200)
    await explained(admitted, 'admission', { ...livesOn, why: /revoked after it was issued/ })
  })

  it('[P21] the grant ends with the quirk strict-revocation', async () => {
    await quirk('strict-revocation')
    const { clientId, tokens } = await client.connect()
    await world.revoke({ person: ADA.email })
    const refreshed = await client.refresh(clientId, tokens.refresh_token)
    expect(refreshed.status).toBe(400)
    await explained(refreshed, 'token', {
      outcome: 'refused',
      why: /person.*revoked/,
      change: /Authorize again/,
    })
  })

  it('[P24] the resource is returned with a slash that was not sent', async () => {
    const metadata = await world.fetch(`${APP}/.well-known/oauth-protected-resource`)
    const { resource } = (await metadata.json()) as { resource: string }
    const { client_id } = await client.register()
    const authorization = await client.authorization(client_id, { resource })
    const code = redirectOf(authorization).parameters.get('code') ?? ''
    const exchange = await client.exchange(client_id, code, { resource })
    expect(resource).toBe(APP)
    expect(await exchange.json()).toMatchObject({ resource: `${APP}/` })
    const why = /compares it byte by byte with http:\/\/localhost:8788 rejects it \(P24\)/
    await explained(authorization, 'authorization', { outcome: 'allowed', why })
    await explained(exchange, 'token', { outcome: 'allowed', rule: 'T1', why })
  })
})

describe('Administration', () => {
  it('[P10] a registration cannot be deleted, except by the control of the emulator', async () => {
    const registration = await client.registration()
    const { client_id, registration_client_uri } = (await registration.json()) as {
      client_id: string
      registration_client_uri: string
    }
    const response = await world.fetch(registration_client_uri, { method: 'DELETE' })
    expect(response.status).toBe(404)
    const { change } = await explained(response, 'registration', {
      outcome: 'refused',
      rule: 'R17',
      why: /permanent/,
      change: /^DELETE \/_emulator\/clients\/\{id\}/,
    })
    const url = `${APP}${change?.match(/\/_emulator\S+/)?.[0]}`.replace('{id}', client_id)
    expect((await world.fetch(url, { method: 'DELETE' })).status).toBe(200)
    const after = await client.authorization(client_id)
    expect(after.status).toBe(400)
    await explained(after, 'authorization', {
      outcome: 'refused',
      why: /No client with the client_id/,
      change: /connect again/,
    })
  })

  it('[P17] a PUT of one member drops the policies and resets Managed OAuth', async () => {
    const { id } = await seeded()
    const path = `${ACCOUNT}/access/apps/${id}`
    const response = await world.fetch(`${APP}/client/v4${path}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Demo', domain: '*', type: 'self_hosted' }),
    })
    expect(response.status).toBe(200)
    const { result } = (await response.json()) as { result: Item }
    expect(result.policies).toEqual([])
    expect(result.oauth_configuration).toBeUndefined()
    await explained(response, 'api-call', {
      outcome: 'allowed',
      rule: 'P17',
      why: /removed or reset to their defaults: .*oauth_configuration.*policies|policies.*oauth_configuration/,
      change: /Get the application first/,
    })
    const after = await world.fetch(`${APP}/mcp`)
    expect(after.status).toBe(302)
    await explained(after, 'challenge', { outcome: 'asked', rule: 'U10', why: /is off for Demo/ })
  })

  it('[P17] a PUT of oauth_configuration without its rules resets them', async () => {
    const before = await seeded()
    const path = `${ACCOUNT}/access/apps/${before.id}`
    const body = { ...before, oauth_configuration: { enabled: true } }
    expect((await cloudflare.put(path, body)).status).toBe(200)
    const [event] = await observer(world.fetch).events({ kind: 'api-call', limit: '1' })
    expect(event?.why).toMatch(/oauth_configuration\.dynamic_client_registration/)
    const redirect_uris = ['https://playground.ai.cloudflare.com/callback']
    expect((await client.registration({ redirect_uris })).status).toBe(400)
  })

  it("[P19] the metadata on the application's host names another issuer", async () => {
    const path = '/.well-known/oauth-authorization-server'
    const response = await world.fetch(APP + path)
    expect(await response.json()).toMatchObject({ issuer: TEAM })
    await explained(response, 'discovery', {
      outcome: 'allowed',
      rule: 'M10',
      why: /strict client rejects/,
    })
    await explained(await world.fetch(TEAM + path), 'discovery', {
      outcome: 'allowed',
      rule: 'M9',
      why: /metadata of the authorization server/,
    })
  })

  it('An event of the control names each switch that was changed', async () => {
    await explained(await quirk('path-scoped-pin'), 'control', {
      outcome: 'noted',
      why: /PUT \/_emulator\/quirks\/path-scoped-pin \{"on":true\}/,
    })
    await explained(await control('DELETE', 'faults'), 'control', {
      outcome: 'noted',
      why: /DELETE/,
    })
  })
})

/** The application of the seed, as the API has it. */
async function seeded(): Promise<Item> {
  const { result } = (await cloudflare.get<[Item]>(`${ACCOUNT}/access/apps`)).body
  return result[0]
}

/** Edits the application of the seed. */
async function edit(changes: Record<string, unknown>): Promise<void> {
  const before = await seeded()
  const path = `${ACCOUNT}/access/apps/${before.id}`
  expect((await cloudflare.put(path, { ...before, ...changes })).status).toBe(200)
}

function oauth(dynamic_client_registration: object) {
  return { oauth_configuration: { dynamic_client_registration } }
}
