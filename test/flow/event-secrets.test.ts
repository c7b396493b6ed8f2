import { expect, it } from 'vitest'
import type { RecordedEvent } from '../../src/events/event'
import { eventLine } from '../../src/events/event-line'
import { flowsOf } from '../../src/events/flows'
import { ACCOUNT, api } from '../support/api'
import {
  bearer,
  Client,
  challengeOf,
  type Fetch,
  query,
  REDIRECT_URI,
  redirectOf,
  type Tokens,
} from '../support/client'
import { DashClient, type DashTokens, withClients } from '../support/dashboard'
import { ADA, APP, application, emulator, MALLORY, TEAM } from '../support/emulator'
import { observer } from '../support/observer'
import { Person } from '../support/person'
import { ALLOW, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

const IDP_SECRET = 'the-secret-that-the-identity-provider-knows'
const API_TOKEN = 'the-token-of-an-administrator-of-the-account'
const DASH_SECRET = 'the-secret-of-a-client-of-the-dashboard'
const PROVIDER = {
  id: 'oidc',
  name: 'Provider',
  type: 'oidc',
  config: {
    client_id: 'us',
    client_secret: IDP_SECRET,
    auth_url: 'https://idp.example/authorize',
    token_url: 'https://idp.example/token',
    certs_url: 'https://idp.example/keys',
  },
}
const PEOPLE = { id: 'people', name: 'People', type: 'cloudflare' }
const PIN = { id: 'pin', name: 'Code', type: 'onetimepin' }
const settings = {
  ...withClients({ client_secret: DASH_SECRET, token_endpoint_auth_method: 'client_secret_post' }),
  APPLICATIONS: [
    application({ domain: 'localhost', policies: [ALLOW, SERVICE_AUTH] }),
    application({ name: 'Codes', domain: 'codes.example', allowed_idps: ['pin'] }),
    application({
      name: 'Provided',
      domain: 'provided.example',
      allowed_idps: ['oidc'],
      auto_redirect_to_identity: true,
    }),
    application({ name: 'Closed', domain: 'closed.example' }),
  ],
  IDENTITY_PROVIDERS: [PEOPLE, PIN, PROVIDER],
  SERVICE_TOKENS: [serviceToken()],
}
const NAMES = ['localhost', '127.0.0.1', 'codes.example', 'provided.example', 'closed.example']
const HOSTS = NAMES.map((name) => `${name}:8788`)

/** Every secret that was seen, with its name. */
const secrets = new Map<string, string>()
function keep(name: string, ...values: (string | null | undefined)[]): void {
  for (const value of values) if (value) secrets.set(value, name)
}

// The secrets in a response: cookies, tickets in URLs and forms.
const TICKETS = ['request', 'token', 'meta', 'state', 'code', 'nonce', 'code_challenge']
function keepResponse(response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    keep('cookie', cookie.split(';')[0]?.split('=').slice(1).join('='))
  }
  const location = response.headers.get('location')
  if (!location) return
  const { searchParams } = new URL(location, APP)
  for (const name of TICKETS) keep(`${name} of an address`, searchParams.get(name))
}
function keepPage({ page, callback }: Person): void {
  for (const input of page?.html.querySelectorAll('input[type=hidden]') ?? []) {
    const name = input.getAttribute('name') ?? ''
    if (['nonce', 'pin', 'request'].includes(name))
      keep(`${name} of a form`, input.getAttribute('value'))
  }
  keep('code', callback?.searchParams.get('code'))
}

const random = () => crypto.randomUUID().replaceAll('-', '') + crypto.randomUUID().slice(0, 13)

const world = emulator(settings)
const watched: Fetch = async (url, init) => {
  const response = await world.fetch(url, init)
  keepResponse(response)
  return response
}
const keptTokens = async <T extends Tokens | DashTokens>(response: Response): Promise<T> => {
  const tokens = (await response.clone().json()) as T
  keep('access token', tokens.access_token)
  keep('refresh token', tokens.refresh_token)
  if ('id_token' in tokens) keep('id_token', tokens.id_token)
  return tokens
}

it('No event and no log line contains a secret, a token, or a part of one', async () => {
  await world.reset()
  await throughManagedOAuth()
  await throughPages()
  await throughTheGate()
  await throughTheApi()
  await throughTheDashboard()

  const events = (await observer(world.fetch).events()) as unknown as RecordedEvent[]
  const kinds = new Set(events.map(({ kind }) => kind))
  for (const kind of ['registration', 'token', 'revocation', 'login', 'api-call', 'control']) {
    expect(kinds).toContain(kind)
  }
  // A grant's id begins its tokens, and events identify the grant by it.
  const publicText = events.map((each) => ('grantId' in each ? each.grantId : '')).join(' ')
  const files = flowsOf(events).map(async ({ id }) => {
    const path = `/_emulator/console/flow?id=${encodeURIComponent(id)}`
    return (await world.fetch(APP + path)).text()
  })
  const lines = events.flatMap((event) => [JSON.stringify(event), eventLine(event)])
  const told = [...lines, ...(await Promise.all(files))].join('\n')
  expect(new Set(secrets.values()).size).toBeGreaterThan(20)
  const leaks = [...secrets].flatMap(([secret, name]) =>
    piecesOf(secret)
      .filter((piece) => !publicText.includes(piece) && told.includes(piece))
      .map((piece) => `${name}: ${piece}`),
  )
  expect(leaks).toEqual([])
})

it('A one-time PIN is in the code of its event, and nowhere else', async () => {
  await world.reset()
  const person = await new Person(watched, HOSTS).open('http://codes.example:8788/')
  await person.press('Send me a code', ADA)
  const { events } = observer(world.fetch)
  const [mail] = await events({ kind: 'one-time-pin' })
  const code = String(mail?.code)
  expect(code).toMatch(/^\d{6}$/)
  await person.press('Sign in', { code })
  expect(await events({ kind: 'signed-in' })).toHaveLength(1)
  const all = (await events()) as unknown as RecordedEvent[]
  const texts = all.flatMap((event) => [event.why, eventLine(event)])
  for (const text of texts) expect(text).not.toMatch(new RegExp(`\\b${code}\\b`))
  const others = all.filter(({ kind }) => kind !== 'one-time-pin')
  for (const other of others) expect(Object.values(other)).not.toContain(code)
})

/** Pieces of twelve characters, so that every longer piece has one of them in it. */
function piecesOf(secret: string): string[] {
  const pieces: string[] = []
  for (let start = 0; start + 12 <= secret.length; start += 4) {
    pieces.push(secret.slice(start, start + 12))
  }
  return pieces
}

async function throughManagedOAuth(): Promise<void> {
  const client = new Client(watched)
  await world.signIn(ADA)
  for (const token_endpoint_auth_method of ['none', 'client_secret_post', 'client_secret_basic']) {
    const { client_id, client_secret } = await client.register({ token_endpoint_auth_method })
    const verifier = random()
    const state = random()
    const code_challenge = await challengeOf(verifier)
    keep('client_secret', client_secret)
    keep('code_verifier', verifier)
    keep('state', state)
    keep('code_challenge', code_challenge)
    const asked = { state, code_challenge }
    const basic = `Basic ${btoa(`${client_id}:${client_secret}`)}`
    const isBasic = token_endpoint_auth_method === 'client_secret_basic'
    const isPost = token_endpoint_auth_method === 'client_secret_post'
    const headers: Record<string, string> = isBasic ? { authorization: basic } : {}
    if (isBasic) keep('Basic', basic)
    const send = (path: string, form: Record<string, string>) =>
      client.postForm(
        path,
        { ...form, ...(!isBasic && { client_id }), ...(isPost && { client_secret }) },
        headers,
      )
    const code =
      redirectOf(await client.authorization(client_id, asked)).parameters.get('code') ?? ''
    keep('code', code)
    const redeem = (changes: Record<string, string>) =>
      send('/oauth/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT_URI,
        code_verifier: verifier,
        ...changes,
      })
    const wrong = random()
    keep('what was wrong', wrong)
    await redeem({ code_verifier: wrong })
    await redeem({ code: wrong })
    await redeem({ client_secret: wrong })
    const exchange = await redeem({})
    const isGood = exchange.status === 200
    const tokens = await keptTokens<Tokens>(exchange)
    // The wrong verifier may have ended the code.
    const good = isGood ? tokens : await connectedAgain(client, client_id, asked, verifier, send)
    await client.request(`/whoami?access_token=${good.access_token}`, good.access_token)
    const refresh = { grant_type: 'refresh_token', refresh_token: good.refresh_token }
    const next = await keptTokens<Tokens>(await send('/oauth/token', refresh))
    await send('/oauth/revoke', { token: next.access_token })
    await client.request('/whoami', next.access_token)
    await send('/oauth/token', refresh)
    await send('/oauth/revoke', { token: next.refresh_token })
    await send('/oauth/revoke', { token: wrong })
    await client.request('/whoami', wrong)
    await client.request(`/callback?code=${code}&state=${state}`)
    // Credentials in each other's place.
    await client.postForm('/oauth/token', { ...refresh, client_id: client_secret ?? wrong })
    await client.authorization(client_id, { ...asked, resource: undefined })
    await client.authorization(client_id, { ...asked, response_mode: state })
    await client.authorization(client_id, { ...asked, code_challenge_method: 'plain' })
  }
  await world.signIn(null)
}

async function connectedAgain(
  client: Client,
  clientId: string,
  asked: Record<string, string>,
  code_verifier: string,
  send: (path: string, form: Record<string, string>) => Promise<Response>,
): Promise<Tokens> {
  const { parameters } = redirectOf(await client.authorization(clientId, asked))
  const code = parameters.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier }
  const response = await send('/oauth/token', form)
  expect(response.status).toBe(200)
  return keptTokens<Tokens>(response)
}

async function throughPages(): Promise<void> {
  const client = new Client(watched)
  const { client_id } = await client.register()
  const state = random()
  keep('state', state)
  const url = await client.authorizationUrl(client_id, { state })
  for (const answer of ['allow', 'deny']) {
    const person = await new Person(watched, HOSTS).open(url)
    keepPage(person)
    await person.press('ada@example.com')
    keepPage(person)
    await person.press(answer)
    keepPage(person)
    keep('cookies', ...person.cookies('127.0.0.1').split('; '))
  }
  const person = await new Person(watched, HOSTS).open('http://codes.example:8788/?secret=1')
  keepPage(person)
  await person.press('Send me a code', ADA)
  keepPage(person)
  await person.press('Sign in', { code: 'wrong' })
  const stale = await new Person(watched, HOSTS).open('http://closed.example:8788/')
  keepPage(stale)
  const page = stale.page
  await stale.open('http://closed.example:8788/')
  stale.page = page
  await stale.press('mallory@blocked.example')
  await stale.open('http://closed.example:8788/')
  await stale.press('Log in', MALLORY)
  keepPage(stale)
  const away = await new Person(watched, HOSTS).open(`http://provided.example:8788/`)
  expect(away.callback?.host).toBe('idp.example')
  keep('state of the provider', away.callback?.searchParams.get('state'))
  await watched(`${TEAM}/cdn-cgi/access/callback?${query({ code: IDP_SECRET, state: state })}`)
}

async function throughTheGate(): Promise<void> {
  const person = await new Person(watched, HOSTS).open(`${APP}/whoami`)
  await person.press('ada@example.com')
  const jwt = person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
  expect(jwt).toMatch(/^eyJ/)
  keep('application token', jwt)
  const { client_secret } = serviceToken()
  const wrong = `cfast_${random()}`
  keep('service token', client_secret, wrong)
  const shown: Record<string, string>[] = [
    { cookie: `CF_Authorization=${jwt}` },
    { 'cf-access-token': jwt },
    bearer(jwt),
    { cookie: `CF_Authorization=${jwt.slice(0, -4)}` },
    credentials(),
    { ...credentials(), 'cf-access-client-secret': wrong },
  ]
  for (const headers of shown) {
    await watched(`${APP}/whoami?token=${jwt}`, { headers })
  }
  await watched(`${APP}/cdn-cgi/access/authorized?token=${jwt}`)
}

async function throughTheApi(): Promise<void> {
  const guarded = emulator({
    ...settings,
    API_TOKENS: [
      { name: 'reader', token: API_TOKEN, permissions: ['Access: Apps and Policies Read'] },
    ],
  })
  const wrong = random()
  keep('API token', API_TOKEN, wrong)
  const apps = `${APP}/client/v4${ACCOUNT}/access/apps`
  for (const token of [API_TOKEN, wrong]) {
    await guarded.fetch(apps, { headers: bearer(token) })
    await guarded.fetch(apps, { headers: bearer(token), method: 'POST', body: '{}' })
  }
  const key = { 'x-auth-email': ADA.email, 'x-auth-key': wrong }
  await world.fetch(apps, { headers: key })

  const cloudflare = api(watched)
  type Secret = { id: string; client_id: string; client_secret: string }
  const path = `${ACCOUNT}/access/service_tokens`
  const { result } = (await cloudflare.post<Secret>(path, { name: 'New' })).body
  const rotated = await cloudflare.post<Secret>(`${path}/${result.id}/rotate`, {})
  keep('service token', result.client_secret, rotated.body.result.client_secret)
  const { id: _, ...provider } = PROVIDER
  const providers = `${ACCOUNT}/access/identity_providers`
  const made = await cloudflare.post(providers, { ...provider, name: 'Second' })
  expect(made.status).toBe(201)
  // In the place of something else.
  await cloudflare.post(providers, { ...provider, type: IDP_SECRET, secret: IDP_SECRET })
  await cloudflare.post(providers, {
    name: 'x',
    type: 'oidc',
    config: { client_secret: 7, [random()]: 1 },
  })
  keep('secret of a provider', IDP_SECRET)
  const client = {
    client_name: 'Made',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://app.example/callback'],
    response_types: ['code'],
    scopes: ['zone.read'],
    token_endpoint_auth_method: 'client_secret_post',
  }
  const clients = `${ACCOUNT}/oauth_clients`
  const { body } = await cloudflare.post<Secret>(clients, client)
  keep('secret of an OAuth client', body.result.client_secret)
  const second = await cloudflare.post<Secret>(`${clients}/${body.result.client_id}/rotate_secret`)
  keep('secret of an OAuth client', second.body.result.client_secret)
}

async function throughTheDashboard(): Promise<void> {
  const client = new DashClient(watched)
  const scope = 'zone.read openid offline_access user-details.read'
  const verifier = random()
  const [state, nonce] = [random(), random()]
  const asked = { scope, state, nonce, code_challenge: await challengeOf(verifier) }
  keep('secret of an OAuth client', DASH_SECRET)
  keep('code_verifier', verifier)
  keep('state', state)
  keep('nonce', nonce)
  const person = await new Person(watched, HOSTS).open(await client.authorizationUrl(asked))
  keepPage(person)
  await person.press('ada@example.com')
  keepPage(person)
  keep('cookies', ...person.cookies('127.0.0.1').split('; '))
  await world.signIn(ADA)
  const withSecret = { client_secret: DASH_SECRET, code_verifier: verifier }
  const code = async () => {
    const made = await client.code(asked)
    keep('code', made)
    return made
  }
  const first = await code()
  await client.exchange(first, { ...withSecret, client_secret: random() })
  await client.exchange(await code(), { ...withSecret, code_verifier: random() })
  const exchange = await client.exchange(first, withSecret)
  expect(exchange.status).toBe(200)
  const { access_token, refresh_token } = await keptTokens<DashTokens>(exchange)
  await watched(`${APP}/client/v4/zones`, { headers: bearer(access_token) })
  await watched(`${APP}/client/v4${ACCOUNT}/access/apps`, { headers: bearer(access_token) })
  await client.userinfo(access_token)
  const refreshed = await client.refresh(refresh_token, withSecret)
  const next = await keptTokens<DashTokens>(refreshed)
  await client.refresh(refresh_token, withSecret)
  await client.userinfo(next.access_token)
  await watched(`${APP}/client/v4/zones`, { headers: bearer(next.access_token) })
  await client.revoke(next.access_token, withSecret)
  await client.authorization({ ...asked, scope: 'zone.write' })
  await client.authorization({ ...asked, state: 'short' })
  await world.signIn(null)
}
