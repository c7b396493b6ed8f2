import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api } from '../support/api'
import { bearer, Client, challengeOf, REDIRECT_URI, type Tokens } from '../support/client'
import { CALLBACK, DashClient, withClients } from '../support/dashboard'
import {
  ADA,
  APP,
  application,
  clientOf,
  emulator,
  MALLORY,
  stopClock,
  TEAM,
} from '../support/emulator'
import { fieldOf, streamedEvents } from '../support/event-stream'
import { observer, type Told } from '../support/observer'
import { NAVIGATION, Person } from '../support/person'
import { ALLOW, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'
import { isWorkerd } from '../support/size'

stopClock()
const BYPASS = { name: 'All', decision: 'bypass', include: [{ everyone: {} }] }
const API_TOKENS = [
  { name: 'reader', token: 'token-that-may-read', permissions: ['Access: Apps and Policies Read'] },
]
const settings = {
  ...withClients({}),
  APPLICATIONS: [
    application({ domain: 'localhost' }),
    application({ name: 'Other', domain: 'other.example' }),
    application({ name: 'Off', domain: 'off.example', oauth_configuration: undefined }),
    application({ name: 'Machines', domain: 'machines.example', policies: [SERVICE_AUTH] }),
    application({ name: 'Both', domain: 'both.example', policies: [ALLOW, SERVICE_AUTH] }),
    application({ name: 'Public', domain: 'public.example', policies: [BYPASS] }),
    application({
      name: 'Preflights',
      domain: 'preflights.example',
      options_preflight_bypass: true,
    }),
  ],
  SERVICE_TOKENS: [serviceToken()],
}
const world = emulator(settings)
const client = new Client(world.fetch)
const dashboard = new DashClient(world.fetch)
const { control, events, eventsOf, fault, quirk } = observer(world.fetch)
beforeEach(world.reset)

const REQUESTS = [
  'challenge',
  'admission',
  'discovery',
  'registration',
  'authorization',
  'login',
  'token',
  'revocation',
  'api-call',
]

/** Expects that the request recorded one event of this kind, and of no other kind of request. */
async function leaves(
  answer: { headers: Headers } | undefined,
  kind: string,
  expected: object,
): Promise<Told> {
  if (!answer) throw new Error('no response')
  const told = await eventsOf(answer)
  const decisions = told.filter((each) => REQUESTS.includes(each.kind))
  expect(decisions.map((each) => each.kind)).toEqual([kind])
  expect(decisions[0]).toMatchObject({
    rayId: answer.headers.get('cf-ray'),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    why: expect.stringMatching(/^\S.{10}/),
    ...expected,
  })
  return decisions[0] as Told
}

type Row = [what: string, expected: object, act: () => Promise<{ headers: Headers } | undefined>]
const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  world.fetch(url, { method, headers })
const PREFLIGHT = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
const allowed = (rule: string, more = {}) => ({ outcome: 'allowed', rule, ...more })
const refused = (rule?: string, more = {}) => ({
  outcome: 'refused',
  ...(rule && { rule }),
  ...more,
})

async function connected(): Promise<{ clientId: string; tokens: Tokens }> {
  await world.signIn(ADA)
  const connection = await client.connect()
  await world.signIn(null)
  return connection
}

/** A browser that is logged in to the application. */
async function loggedIn(url = `${APP}/whoami`): Promise<Person> {
  const person = await new Person(world.fetch).open(url)
  return person.press(ADA.email)
}

describe('A challenge records an event with the credential that was sent', () => {
  const bearer401 = (credential: string, rule: string) =>
    refused(rule, { credential, response: '401-bearer', status: 401 })
  it.each<Row>([
    [
      'nothing',
      { outcome: 'asked', rule: 'U2', credential: 'none', response: '401-bearer', status: 401 },
      () => get(`${APP}/mcp`),
    ],
    [
      'a made-up access token',
      bearer401('unknown-access-token', 'U8'),
      () => get(APP, bearer(`oauth:${'a'.repeat(65)}`)),
    ],
    [
      'an expired access token',
      { ...bearer401('expired-access-token', 'U9'), email: ADA.email },
      async () => {
        const { tokens } = await connected()
        await world.advance('15m')
        return get(APP, bearer(tokens.access_token))
      },
    ],
    [
      'an access token that the client revoked',
      bearer401('unknown-access-token', 'U8'),
      async () => {
        const { clientId, tokens } = await connected()
        const { access_token: token } = tokens
        await client.postForm('/oauth/revoke', { client_id: clientId, token })
        return get(APP, bearer(token))
      },
    ],
    [
      'an access token of a grant that has ended',
      bearer401('revoked-access-token', 'U8'),
      async () => {
        const { clientId, tokens } = await connected()
        const { refresh_token: token } = tokens
        await client.postForm('/oauth/revoke', { client_id: clientId, token })
        return get(APP, bearer(tokens.access_token))
      },
    ],
    [
      'an access token from before revoke_tokens',
      bearer401('revoked-access-token', 'T16'),
      async () => {
        const { tokens } = await connected()
        await world.revoke({ application: 'Demo' })
        return get(APP, bearer(tokens.access_token))
      },
    ],
    [
      'an access token of another application',
      bearer401('access-token-of-another-application', 'T20'),
      async () => {
        const { tokens } = await connected()
        return get('http://other.example/', bearer(tokens.access_token))
      },
    ],
    ["the origin's own token", bearer401('other-bearer-token', 'U8'), () => get(APP, bearer('sk'))],
    [
      'a JWT',
      bearer401('other-bearer-token', 'O15'),
      () => get(APP, bearer('eyJhbGciOiJub25lIn0')),
    ],
    [
      "Access's own JWT that is not good",
      bearer401('application-token', 'O14'),
      () => get(APP, { cookie: 'CF_Authorization=eyJ' }),
    ],
    [
      'a wrong service token',
      bearer401('service-token', 'U17'),
      () => get(APP, credentials(serviceToken({ client_secret: 'wrong' }))),
    ],
    [
      'a service token that no policy wants',
      { ...bearer401('service-token', ''), rule: expect.stringMatching(/^policies/) },
      () => get(APP, credentials()),
    ],
    [
      'nothing, by a browser',
      { outcome: 'asked', rule: 'U7', response: '302-login', credential: 'none', status: 302 },
      () => get(APP, NAVIGATION),
    ],
    [
      'an invalid cookie, by a browser',
      refused('O14', { response: '302-login', credential: 'application-token', status: 302 }),
      () => get(APP, { ...NAVIGATION, cookie: 'CF_Authorization=eyJ' }),
    ],
    [
      'nothing, Managed OAuth off',
      { outcome: 'asked', rule: 'U10', response: '302-login', status: 302 },
      () => get('http://off.example/'),
    ],
    [
      'nothing, Managed OAuth off, by a script',
      { outcome: 'asked', rule: 'U15', response: '401-script', status: 401 },
      () => get('http://off.example/', { 'x-requested-with': 'XMLHttpRequest' }),
    ],
    [
      'nothing, Service Auth only',
      refused('U16', { response: '403', credential: 'none', status: 403 }),
      () => get('http://machines.example/'),
    ],
    [
      'a wrong service token, Service Auth only',
      refused('U17', { response: '403', credential: 'service-token', status: 403 }),
      () => get('http://machines.example/', { ...credentials(), 'cf-access-client-secret': 'x' }),
    ],
    [
      'a preflight',
      refused('O17', { response: '403', status: 403 }),
      () => get(APP, PREFLIGHT, 'OPTIONS'),
    ],
  ])('%s', async (_, expected, act) => {
    const event = await leaves(await act(), 'challenge', {
      method: expect.any(String),
      ...expected,
    })
    expect(event.application).toMatchObject({ name: expect.any(String) })
  })
})

describe('An admission records an event with the credential that was used', () => {
  it.each<Row>([
    [
      'an access token',
      allowed('O1', { by: 'access-token', email: ADA.email, client: { name: 'Test client' } }),
      async () => get(`${APP}/whoami`, bearer((await connected()).tokens.access_token)),
    ],
    [
      "an application's cookie",
      allowed('O14', { by: 'application-token', email: ADA.email }),
      async () => (await loggedIn()).page,
    ],
    [
      'a service token',
      {
        outcome: 'allowed',
        by: 'service-token',
        rule: expect.stringMatching(/^policy "Machines"/),
      },
      () => get('http://machines.example/', credentials()),
    ],
    [
      'an access token beside a wrong service token: no word of that',
      { by: 'access-token', rule: 'O1', outcome: 'allowed' },
      async () => {
        const { tokens } = await connected()
        const wrong = credentials(serviceToken({ client_secret: 'wrong' }))
        return get(`${APP}/whoami`, { ...wrong, ...bearer(tokens.access_token) })
      },
    ],
    [
      'a bypass policy',
      allowed('O19', { by: 'bypass', why: expect.stringMatching(/bypass policy "All"/) }),
      () => get('http://public.example/'),
    ],
    [
      'options_preflight_bypass',
      allowed('O18', { by: 'bypass' }),
      () => get('http://preflights.example/', PREFLIGHT, 'OPTIONS'),
    ],
    [
      'nothing: no application covers the host',
      { outcome: 'noted', by: 'no-application' },
      () => get('http://nowhere.example/'),
    ],
  ])('%s', async (_, expected, act) => {
    const event = await leaves(await act(), 'admission', expected)
    expect(event).not.toHaveProperty('credential')
    expect(event.outcome === 'noted' || event.change === undefined).toBe(true)
  })

  it('the token of another application, by linked_app_token', async () => {
    const FROM = '11111111-1111-4111-8111-111111111111'
    const linked = { decision: 'non_identity', include: [{ linked_app_token: { app_uid: FROM } }] }
    const chain = emulator({
      APPLICATIONS: [
        application({ id: FROM, domain: 'localhost' }),
        application({ domain: 'second.example', policies: [{ name: 'First', ...linked }] }),
      ],
    })
    const person = await new Person(chain.fetch).open(`${APP}/whoami`)
    await person.press(ADA.email)
    const token = person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
    const headers = { 'cf-access-token': token }
    await leaves(await chain.fetch('http://second.example:8788/', { headers }), 'admission', {
      outcome: 'allowed',
      by: 'application-token',
      rule: expect.stringMatching(/^policy "First"/),
      email: ADA.email,
    })
  })
})

describe('Discovery records an event with the document and the host of the request', () => {
  const resource = '/.well-known/oauth-protected-resource'
  const own = '/.well-known/cloudflare-access-protected-resource'
  const server = '/.well-known/oauth-authorization-server'
  const certs = '/cdn-cgi/access/certs'
  it.each([
    ['protected-resource', 'access-path', 'application', 'M1', `${APP}${own}/mcp`],
    ['protected-resource', 'rfc-9728', 'application', 'M7', `${APP}${resource}/mcp`],
    ['authorization-server', 'rfc-8414', 'team-domain', 'M9', TEAM + server],
    ['authorization-server', 'rfc-8414', 'application', 'M10', APP + server],
    ['keys', 'certs', 'team-domain', 'O11', TEAM + certs],
    ['keys', 'certs', 'application', 'O11', APP + certs],
  ])('%s at %s of the %s [%s]', async (document, place, of, rule, url) => {
    const expected = allowed(rule, { document, place, of })
    const event = await leaves(await get(url), 'discovery', expected)
    expect(event).toMatchObject({ status: 200, path: new URL(url).pathname })
  })
})

describe('A registration records an event', () => {
  const withoutRegistration = application({
    oauth_configuration: { dynamic_client_registration: { enabled: false } },
  })
  it.each<Row>([
    [
      'registered',
      allowed('allow_any_on_localhost', {
        status: 201,
        client: { name: 'Test client', id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        redirectUris: [REDIRECT_URI],
        grantTypes: ['authorization_code', 'refresh_token'],
        tokenEndpointAuthMethod: 'none',
      }),
      () => client.registration({ grant_types: ['authorization_code', 'refresh_token'] }),
    ],
    [
      'a redirect URI that no application allows',
      refused('R5', { status: 400, error: 'invalid_client_metadata' }),
      () => client.registration({ redirect_uris: ['https://evil.example/'] }),
    ],
    [
      'wrong metadata',
      refused(undefined, { status: 400, why: expect.stringMatching(/^grant_types/) }),
      () => client.registration({ grant_types: ['implicit'] }),
    ],
    [
      'switched off everywhere',
      refused('R7', { status: 404, change: expect.stringMatching(/Turn both on/) }),
      () => clientOf({ APPLICATIONS: [withoutRegistration] }).registration(),
    ],
    [
      'that a client tries to delete',
      refused('R17', { status: 404, change: expect.stringMatching(/clients\/x deletes/) }),
      () => get(`${TEAM}/cdn-cgi/access/oauth/registration/x`, {}, 'DELETE'),
    ],
    [
      "on the application's host",
      refused(undefined, { status: 404, change: expect.stringMatching(TEAM) }),
      () => get(`${APP}/cdn-cgi/access/oauth/registration`, {}, 'POST'),
    ],
  ])('%s', async (_, expected, act) => {
    await leaves(await act(), 'registration', expected)
  })

  it('names the setting of each application that would have allowed the URI', async () => {
    const rules = { dynamic_client_registration: { allow_any_on_localhost: false } }
    const { fetch } = emulator({ APPLICATIONS: [application({ oauth_configuration: rules })] })
    const redirect_uris = ['http://localhost:33418/']
    await leaves(await new Client(fetch).registration({ redirect_uris }), 'registration', {
      why: '`http://localhost:33418/` is not allowed: `allow_any_on_localhost` is off for app Demo.',
      change: expect.stringMatching(/^Turn on allow_any_on_localhost, or list the URI/),
    })
  })
})

describe('A step of an authorization records an event', () => {
  const step = (name: string, outcome: string, more = {}) => ({ step: name, outcome, ...more })
  const authorized = async (changes: Record<string, string | undefined> = {}) =>
    client.authorization((await client.register()).client_id, changes)
  it.each<Row>([
    [
      'refused on a page: an unknown client',
      step('request', 'refused', { status: 400, change: expect.stringMatching(/connect again/) }),
      () => client.authorization('made-up'),
    ],
    [
      'refused on a page: a redirect URI that is not registered',
      step('request', 'refused', { status: 400, redirectUri: 'https://evil.example/' }),
      () => authorized({ redirect_uri: 'https://evil.example/' }),
    ],
    [
      'refused at the callback',
      step('request', 'refused', { status: 302, error: 'invalid_target', rule: 'A1' }),
      () => authorized({ resource: undefined }),
    ],
    [
      'refused at the callback, with no rule of the way there',
      step('request', 'refused', { error: 'unsupported_response_type' }),
      () => authorized({ response_type: 'token' }),
    ],
    ['login', step('login', 'asked', { status: 302, resource: `${APP}/` }), () => authorized()],
    [
      'blocked',
      step('blocked', 'refused', { status: 403, email: MALLORY.email, isAutomatic: true }),
      async () => {
        await world.signIn(MALLORY)
        return authorized()
      },
    ],
    [
      'denied',
      step('denied', 'refused', { error: 'access_denied', rule: 'RFC 6749 4.1.2.1' }),
      async () => {
        await world.signIn({ ...ADA, consent: 'deny' })
        return authorized()
      },
    ],
    [
      'code',
      step('code', 'allowed', {
        isAutomatic: true,
        codeChallengeMethod: 'S256',
        stateHash: expect.stringMatching(/^.{8}$/),
        codeChallengeHash: expect.stringMatching(/^.{8}$/),
        grantId: expect.stringMatching(/^[\w-]{22}$/),
        rule: expect.stringMatching(/^policy "Everybody at example.com"/),
        application: { name: 'Demo' },
        client: { name: 'Test client' },
      }),
      async () => {
        await world.signIn(ADA)
        return authorized()
      },
    ],
  ])('%s', async (_, expected, act) => {
    await leaves(await act(), 'authorization', expected)
  })

  it('the consent page, and the decision', async () => {
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    await leaves(person.page, 'login', { step: 'page', outcome: 'asked' })
    await person.press(ADA.email)
    await leaves(person.page, 'authorization', step('consent', 'asked', { rule: 'A8' }))
    await person.press('allow')
    const [, page, code] = (await events({ kind: 'authorization' })).slice(-3)
    expect(page).toMatchObject({ step: 'consent', status: 200 })
    expect(code).toMatchObject({ step: 'code', method: 'POST', isAutomatic: false, status: 302 })
  })

  it('names no rule that decided something else', async () => {
    const response = await authorized({ response_type: 'token' })
    expect(await leaves(response, 'authorization', {})).not.toHaveProperty('rule')
  })
})

describe('A login records an event', () => {
  it('of the page, of who signed in, and of the way back to the application', async () => {
    await loggedIn()
    const logins = await events({ kind: 'login' })
    expect(logins.map(({ outcome, step, host }) => [outcome, step, host])).toEqual([
      ['asked', 'page', '127.0.0.1:8788'],
      ['allowed', 'done', '127.0.0.1:8788'],
      ['allowed', 'done', 'localhost:8788'],
    ])
    expect(logins.map(({ application: app }) => app)).toMatchObject(Array(3).fill({ name: 'Demo' }))
    expect(await events({ kind: 'signed-in' })).toMatchObject([{ holder: 'browser' }])
    expect(await events({ kind: 'application-opened' })).toHaveLength(1)
  })

  it('that the policies refuse', async () => {
    const person = await new Person(world.fetch).open(APP)
    await person.press(MALLORY.email)
    await leaves(person.page, 'login', {
      outcome: 'refused',
      status: 403,
      why: expect.stringMatching(/No policy of Demo matches mallory.*email_domain/),
    })
  })

  it.each([
    [
      'require',
      { require: [{ geo: { country_code: 'DE' } }] },
      'its require rule geo DE does not match',
    ],
    ['exclude', { exclude: [{ email: ADA }] }, 'its exclude rule email ada@example.com matches'],
  ])('that a rule of %s refuses, by that rule', async (_, rules, why) => {
    const policy = { name: 'Staff', decision: 'allow', include: [{ everyone: {} }], ...rules }
    const one = emulator({ APPLICATIONS: [application({ policies: [policy] })] })
    const person = await new Person(one.fetch).open(APP)
    await person.press(ADA.email)
    await leaves(person.page, 'login', {
      outcome: 'refused',
      why: `No policy of Demo matches ada@example.com. Evaluated: "Staff" (allow: everyone; ${why}).`,
    })
  })

  it('that came back to another browser', async () => {
    const response = await get(`${APP}/cdn-cgi/access/authorized?token=x`, NAVIGATION)
    await leaves(response, 'login', { outcome: 'refused', rule: 'A12', status: 400 })
  })
})

describe('A token request records an event', () => {
  const exchanged = async (changes: Record<string, string | undefined> = {}) => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    return client.exchange(client_id, await client.code(client_id), changes)
  }
  const grant = (error: string, rule?: string, why?: RegExp) =>
    refused(rule, { status: 400, error, ...(why && { why: expect.stringMatching(why) }) })
  it.each<Row>([
    [
      'a code is redeemed',
      allowed('T1', {
        grantType: 'authorization_code',
        hasVerifier: true,
        email: ADA.email,
        application: { name: 'Demo' },
        grantId: expect.any(String),
      }),
      () => exchanged(),
    ],
    [
      'a verifier that is too short, which is not refused (RFC 7636 4.1, assumed)',
      allowed('T1', { hasVerifier: true, verifierProblem: expect.stringMatching(/42/) }),
      async () => {
        await world.signIn(ADA)
        const { client_id } = await client.register()
        const code_verifier = 'v'.repeat(42)
        const code_challenge = await challengeOf(code_verifier)
        const code = await client.code(client_id, { code_challenge })
        return client.exchange(client_id, code, { code_verifier })
      },
    ],
    ['no code', grant('invalid_grant', 'T7'), () => exchanged({ code: 'x' })],
    ['a made-up code', grant('invalid_grant'), () => exchanged({ code: 'a'.repeat(65) })],
    [
      'another verifier',
      { ...grant('invalid_grant', 'T9'), grantType: 'authorization_code', hasVerifier: true },
      () => exchanged({ code_verifier: 'b'.repeat(43) }),
    ],
    ['no verifier', grant('invalid_request'), () => exchanged({ code_verifier: undefined })],
    [
      'another redirect URI',
      grant('invalid_grant', 'T10'),
      () => exchanged({ redirect_uri: 'http://localhost/' }),
    ],
    [
      'another resource',
      grant('invalid_target'),
      () => exchanged({ resource: 'http://other.example/' }),
    ],
    [
      'another grant type',
      grant('unsupported_grant_type'),
      () => exchanged({ grant_type: 'password' }),
    ],
    [
      'a code twice',
      grant('invalid_grant', 'T8', /redeemed before/),
      async () => {
        await world.signIn(ADA)
        const { client_id } = await client.register()
        const code = await client.code(client_id)
        await client.exchange(client_id, code)
        return client.exchange(client_id, code)
      },
    ],
    [
      'the code of another client',
      grant('invalid_grant', undefined, /another client/),
      async () => exchanged({ client_id: (await client.register()).client_id }),
    ],
    [
      'an expired code',
      grant('invalid_grant', undefined, /CODE_LIFETIME/),
      async () => {
        await world.signIn(ADA)
        const { client_id } = await client.register()
        const code = await client.code(client_id)
        await world.advance('1h')
        return client.exchange(client_id, code)
      },
    ],
    [
      'an unknown client',
      refused(undefined, {
        status: 401,
        error: 'invalid_client',
        why: expect.stringMatching(/No client/),
      }),
      () => client.refresh('made-up', 'x'),
    ],
    ['GET', refused(undefined, { status: 405 }), () => get(`${TEAM}/cdn-cgi/access/oauth/token`)],
  ])('%s', async (_, expected, act) => {
    await leaves(await act(), 'token', expected)
  })

  const refresh = (act: (clientId: string, tokens: Tokens) => Promise<Response>) => async () => {
    const { clientId, tokens } = await connected()
    return act(clientId, tokens)
  }
  it.each<Row>([
    [
      'refreshed',
      allowed('T12', { grantType: 'refresh_token', email: ADA.email }),
      refresh((id, { refresh_token }) => client.refresh(id, refresh_token)),
    ],
    [
      'a refresh token twice',
      grant('invalid_grant', 'T13'),
      refresh(async (id, { refresh_token }) => {
        await client.refresh(id, refresh_token)
        return client.refresh(id, refresh_token)
      }),
    ],
    ['a made-up refresh token', grant('invalid_grant'), refresh((id) => client.refresh(id, 'x'))],
    [
      'the refresh token of another client',
      grant('invalid_grant', 'RFC 6749 6'),
      refresh(async (_, { refresh_token }) =>
        client.refresh((await client.register()).client_id, refresh_token),
      ),
    ],
    [
      'the session has ended',
      grant('invalid_grant', 'T17'),
      refresh(async (id, { refresh_token }) => {
        await world.advance('24h')
        return client.refresh(id, refresh_token)
      }),
    ],
    [
      'the policies no longer admit the person',
      refused(undefined, { rule: expect.stringMatching(/^T18/), error: 'invalid_grant' }),
      refresh((id, { refresh_token }) => {
        const policies = [{ ...ALLOW, include: [{ email: { email: 'b@c.example' } }] }]
        const closed = application({ domain: 'localhost', policies })
        return clientOf({ APPLICATIONS: [closed] }).refresh(id, refresh_token)
      }),
    ],
    [
      'Managed OAuth is off',
      grant('invalid_grant', undefined, /Managed OAuth is off/),
      refresh((id, { refresh_token }) => {
        const off = application({ domain: 'localhost', oauth_configuration: { enabled: false } })
        return clientOf({ APPLICATIONS: [off] }).refresh(id, refresh_token)
      }),
    ],
    [
      'the person was deleted',
      grant('invalid_grant', undefined, /deleted/),
      refresh(async (id, { refresh_token }) => {
        await world.revoke({ deleted_person: ADA.email })
        return client.refresh(id, refresh_token)
      }),
    ],
    [
      'the tokens of the application were revoked',
      allowed('T16', { change: expect.stringMatching(/strict/) }),
      refresh(async (id, { refresh_token }) => {
        await world.revoke({ application: 'Demo' })
        return client.refresh(id, refresh_token)
      }),
    ],
    [
      'the grant was ended by a fault, which leaves an event of its own',
      grant('invalid_grant', undefined, /revoked/),
      refresh(async (id, { refresh_token }) => {
        await fault('revoked-grant')
        const response = await client.refresh(id, refresh_token)
        expect(await eventsOf(response, 'fault')).toMatchObject([{ fault: 'revoked-grant' }])
        return response
      }),
    ],
  ])('%s', async (_, expected, act) => {
    await leaves(await act(), 'token', expected)
  })
})

describe('A revocation records an event', () => {
  const revoke = async (token: (tokens: Tokens) => string, client_id?: string) => {
    const { clientId, tokens } = await connected()
    return client.postForm('/oauth/revoke', {
      client_id: client_id ?? clientId,
      token: token(tokens),
    })
  }
  it.each<Row>([
    [
      'an access token',
      allowed('T21', { token: 'revoked', email: ADA.email, grantId: expect.any(String) }),
      () => revoke(({ access_token }) => access_token),
    ],
    [
      'a refresh token',
      allowed('T21', { token: 'revoked', client: { name: 'Test client' } }),
      () => revoke(({ refresh_token }) => refresh_token),
    ],
    ['an unknown token', allowed('T21', { token: 'unknown' }), () => revoke(() => 'x')],
    [
      'the token of another client',
      refused(undefined, { error: 'invalid_grant', status: 400 }),
      async () => revoke(({ access_token }) => access_token, (await client.register()).client_id),
    ],
  ])('%s', async (_, expected, act) => {
    await leaves(await act(), 'revocation', expected)
  })
})

describe('A call of the API records an event', () => {
  const call = (method: string, path: string, body?: unknown, { fetch } = world, token = 'any') =>
    fetch(`${APP}/client/v4${ACCOUNT}${path}`, {
      method,
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  const closed = emulator({ ...settings, API_TOKENS })
  it.each<Row>([
    [
      'carried out',
      { outcome: 'allowed', status: 200, method: 'GET', path: `/client/v4${ACCOUNT}/access/apps` },
      () => call('GET', '/access/apps'),
    ],
    [
      'a wrong member',
      { outcome: 'refused', status: 400, code: 12130, change: expect.stringMatching('/include') },
      () => call('POST', '/access/groups', { name: 'Staff', include: 'everybody' }),
    ],
    [
      'a token without the permission',
      {
        outcome: 'refused',
        status: 403,
        code: 10000,
        client: { name: 'API token reader' },
        why: expect.stringMatching(/^The API token reader has no permission for POST/),
        change: expect.stringMatching(/Access: Apps and Policies Write/),
      },
      () => call('POST', '/access/apps', {}, closed, 'token-that-may-read'),
    ],
    [
      'an unknown token',
      { outcome: 'refused', status: 403, code: 9109, why: expect.stringMatching(/API_TOKENS/) },
      () => call('GET', '/access/apps', undefined, closed, 'no-such-token'),
    ],
    [
      'no route',
      { outcome: 'refused', status: 404, code: 7003 },
      () => call('GET', '/access/nothing'),
    ],
  ])('%s', async (_, expected, act) => {
    await leaves(await act(), 'api-call', expected)
  })

  it('and a further event for ignored members', async () => {
    const body = { name: 'Staff', include: [{ everyone: {} }], enabeld: true }
    const response = await call('POST', '/access/groups', body)
    expect(await eventsOf(response, 'members-dropped')).toMatchObject([
      { outcome: 'noted', why: expect.stringMatching(/enabeld/), change: expect.any(String) },
    ])
  })
})

describe("The dashboard's OAuth server records an event", () => {
  const told = async (answer: { headers: Headers } | undefined, kinds: string[]) => {
    const all = answer ? await eventsOf(answer) : []
    expect(all.map(({ kind }) => kind)).toEqual(kinds)
    for (const { why } of all) expect(why).toMatch(/^\S.{10}/)
    return all.at(-1)
  }

  it('of the login, the consent and the code', async () => {
    const first = await dashboard.authorization()
    expect(await told(first, ['authorization'])).toMatchObject({ step: 'login', outcome: 'asked' })
    const person = await new Person(world.fetch).open(await dashboard.authorizationUrl())
    expect(await told(person.page, ['login'])).toMatchObject({ step: 'page', outcome: 'asked' })
    await person.press(ADA.email)
    await world.signIn(ADA)
    const response = await dashboard.authorization()
    await told(response, ['client-not-verified', 'application-authorized'])
  })

  it('of a refusal on a page, and of one at the callback', async () => {
    const page = await dashboard.authorization({ client_id: 'made-up' })
    expect(await told(page, ['authorization-refused'])).toMatchObject({ recipient: 'person' })
    const callback = await dashboard.authorization({ scope: 'zone.write' })
    expect(callback.headers.get('location')).toMatch(CALLBACK)
    expect(await told(callback, ['scope-not-allowed'])).toMatchObject({ outcome: 'refused' })
    const stale = await get(`${TEAM}/oauth2/login?request=x`, NAVIGATION)
    expect(await told(stale, ['login'])).toMatchObject({ outcome: 'refused', rule: 'A12' })
  })

  it('of issued tokens, of refusals, and of revocations', async () => {
    await world.signIn(ADA)
    const exchange = await dashboard.exchange(await dashboard.code())
    expect(await told(exchange, ['token'])).toMatchObject({ outcome: 'allowed' })
    const { access_token, refresh_token } = (await exchange.json()) as Tokens
    await told(await dashboard.exchange('cfoac_x'), ['token-request-refused'])
    await told(await dashboard.refresh(refresh_token), ['token'])
    await told(await dashboard.refresh(refresh_token), ['grant-revoked'])
    await told(await dashboard.revoke('x'), ['revocation'])
    const path = `${APP}/client/v4/zones`
    const refused = await get(path, bearer(access_token))
    expect(refused.status).toBe(403)
    // One event, which says why: no second one can contradict it.
    expect(await told(refused, ['token-of-a-revoked-grant'])).toMatchObject({ outcome: 'refused' })
  })
})

describe('The list of events can be filtered', () => {
  const kindsOf = async (query: Record<string, string>) => [
    ...new Set((await events(query)).map(({ kind }) => kind)),
  ]

  it('by kind and outcome', async () => {
    await get(APP)
    await get(APP, bearer('x'))
    expect(await kindsOf({ kind: 'challenge' })).toEqual(['challenge'])
    expect(await events({ kind: 'challenge', outcome: 'refused' })).toHaveLength(1)
    expect(await events({ outcome: 'failed' })).toEqual([])
  })

  it('by client, application, person, grant and request', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register({ client_name: 'One' })
    const { client_id: other } = await client.register({ client_name: 'Two' })
    const exchange = await client.exchange(client_id, await client.code(client_id))
    await client.code(other)
    await get('http://other.example/')
    const ray = exchange.headers.get('cf-ray') ?? ''
    const [token] = await events({ ray })
    const demo = token?.application as { id: string } | undefined

    const ofOne = ['registration', 'authorization', 'token']
    expect(await kindsOf({ client: 'One' })).toEqual(ofOne)
    expect(await kindsOf({ client: client_id })).toEqual(ofOne)
    expect(await kindsOf({ application: 'Other' })).toEqual(['challenge'])
    expect(await events({ application: String(demo?.id) })).toEqual(
      await events({ application: 'Demo' }),
    )
    expect(await kindsOf({ email: 'ADA@example.com', client: 'One' })).toEqual([
      'authorization',
      'token',
    ])
    expect(await kindsOf({ email: 'nobody@example.com' })).toEqual([])
    expect(await kindsOf({ grant: String(token?.grantId) })).toEqual(['authorization', 'token'])
    expect(await events({ ray: ray.toUpperCase() })).toEqual([token])
  })

  it('to the newest, or to those after a number', async () => {
    for (let each = 0; each < 5; each++) await get(`${APP}/${each}`)
    const all = await events({ kind: 'challenge' })
    const paths = async (query: Record<string, string>) =>
      (await events({ kind: 'challenge', ...query })).map(({ path }) => path)
    expect(all.map(({ number }) => number)).toEqual(
      all.map(({ number }) => number).sort((one, next) => one - next),
    )
    expect(await paths({ limit: '2' })).toEqual(['/3', '/4'])
    const after = String(all[1]?.number)
    expect(await paths({ after })).toEqual(['/2', '/3', '/4'])
    expect(await paths({ after, limit: '2' })).toEqual(['/2', '/3'])
    expect(await paths({ after: String(all[4]?.number) })).toEqual([])
  })

  it.each([
    ['after', 'soon'],
    ['after', '-1'],
    ['after', '1.5'],
    ['after', ''],
    ['limit', '0'],
    ['limit', 'all'],
    ['outcome', 'maybe'],
    ['colour', 'red'],
  ])('but a wrong %s is refused: %j', async (name, value) => {
    const response = await control('GET', `events?${new URLSearchParams({ [name]: value })}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(name),
    })
  })
})

describe('Events can be followed', () => {
  async function following(query: string, headers: Record<string, string> = {}) {
    const response = await get(`${APP}/_emulator/events?follow${query}`, headers)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const stream = streamedEvents(response)
    return {
      /** The next so many events of the stream, with their ids. */
      async next(count: number): Promise<{ id: string; event: Told }[]> {
        const found: { id: string; event: Told }[] = []
        while (found.length < count) {
          const { value = '', done } = await stream.next()
          if (done) throw new Error('the stream ended')
          const [id, data] = [fieldOf(value, 'id'), fieldOf(value, 'data')]
          if (id && data) found.push({ id, event: JSON.parse(data) })
        }
        return found
      },
      end: () => stream.return(undefined),
    }
  }
  const paths = (found: { event: Told }[]) => found.map(({ event }) => event.path)

  it('from a number: existing events first, then each as it happens', async () => {
    await get(`${APP}/one`)
    await get(`${APP}/two`)
    const [one] = await events()
    const stream = await following(`&after=${one?.number}`)
    const [two] = await stream.next(1)
    expect(two?.event).toMatchObject({ path: '/two', kind: 'challenge', number: Number(two?.id) })
    await get(`${APP}/three`)
    await get(`${APP}/four`)
    expect(paths(await stream.next(2))).toEqual(['/three', '/four'])
    await stream.end()
  })

  it('from now on without a number, and only as the filter allows', async () => {
    await get(`${APP}/before`)
    await events()
    const stream = await following('&outcome=refused')
    await get(`${APP}/asked`)
    await get(`${APP}/refused`, bearer('x'))
    expect(paths(await stream.next(1))).toEqual(['/refused'])
    await stream.end()
  })

  it('from Last-Event-ID, whatever number the URL contains', async () => {
    for (const path of ['/one', '/two', '/three']) await get(APP + path)
    const [, two] = await events()
    const stream = await following('&after=0', { 'last-event-id': String(two?.number) })
    expect(paths(await stream.next(1))).toEqual(['/three'])
    await stream.end()
  })

  it('across a reset', async () => {
    const stream = await following('')
    await get(`${APP}/before`)
    expect(paths(await stream.next(1))).toEqual(['/before'])
    await world.reset()
    await get(`${APP}/after`)
    expect(paths(await stream.next(1))).toEqual(['/after'])
    await stream.end()
  })

  it('from a number above the newest: the next events', async () => {
    const stream = await following('&after=999999999')
    await get(`${APP}/next`)
    expect(paths(await stream.next(1))).toEqual(['/next'])
    await stream.end()
  })

  it('but not from a wrong number', async () => {
    const headers = { 'last-event-id': 'x' }
    expect((await get(`${APP}/_emulator/events?follow`, headers)).status).toBe(400)
  })
})

describe('Events are stored', () => {
  it('up to a thousand, and the decisions of policies separately', async () => {
    const person = await loggedIn()
    expect(person.page?.status).toBe(200)
    const cloudflare = api(world.fetch)
    const log = async () =>
      (await cloudflare.get<unknown[]>(`${ACCOUNT}/access/logs/access_requests`)).body.result
    const [first] = await events()
    const before = await log()
    expect(before).toHaveLength(1)
    for (let round = 0; round < 11; round++) {
      await Promise.all(Array.from({ length: 100 }, () => get(`${TEAM}/cdn-cgi/access/certs`)))
    }
    const kept = await events()
    expect(kept).toHaveLength(1000)
    expect(kept[0]?.number).toBeGreaterThan(first?.number ?? 0)
    expect(new Set(kept.map(({ kind }) => kind))).toEqual(new Set(['discovery']))
    expect(await events({ after: String(first?.number) })).toHaveLength(1000)
    expect(await log()).toEqual(before)
  })

  it('and read completely, also if they exceed one response of the Durable Object', async () => {
    await world.reset()
    // At the control, because it accepts long bodies of any form. The limit of 32 MiB is that of workerd.
    const [count, megabytes] = isWorkerd ? [600, 34] : [100, 5]
    const record = 'x'.repeat(499)
    const many = Array.from({ length: 12 }, (_, host) => [String(host), Array(10).fill(record)])
    const zone = Object.fromEntries(many)
    for (let sent = 0; sent < count; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, () => control('PUT', 'dns', zone)))
    }
    const [first] = await events({ after: '0', limit: '1' })
    const kept = await events({ kind: 'control' })
    expect(JSON.stringify(kept).length).toBeGreaterThan(megabytes * 1024 * 1024)
    expect(kept.map(({ number }) => number)).toEqual(
      Array.from({ length: count }, (_, index) => Number(first?.number) + index),
    )
    expect(await events({ limit: String(count - 20) })).toEqual(kept.slice(20))
    expect(await events({ kind: 'control', limit: '3' })).toEqual(kept.slice(-3))
    const pages = ['/_emulator/', '/_emulator/console/events']
    const statuses = pages.map(async (path) => (await get(APP + path)).status)
    expect(await Promise.all(statuses)).toEqual([200, 200])
    await control('PUT', 'dns', {})
  })

  it('until a reset, after which their numbers continue', async () => {
    await get(APP)
    const newest = (await events()).at(-1)
    await world.reset()
    expect(await events()).toEqual([])
    await get(APP)
    const [next] = await events()
    expect(next?.number).toBeGreaterThan(newest?.number ?? 0)
  })

  it('and shortened if the request was long', async () => {
    const redirect_uris = Array.from({ length: 100 }, (_, each) => `https://x.example/${each}`)
    const response = await client.registration({ client_name: 'n'.repeat(1000), redirect_uris })
    const { client: who, redirectUris } = await leaves(response, 'registration', {})
    expect((who as { name: string }).name.length).toBeLessThan(600)
    expect(redirectUris).toHaveLength(50)
  })
})

it('The control records an event for each change, and none for reading', async () => {
  await quirk('consent-remembered')
  await control('GET', 'quirks')
  await control('PUT', 'quirks/consent-remembered', { on: 'yes' })
  expect(await events()).toMatchObject([
    {
      kind: 'control',
      outcome: 'noted',
      method: 'PUT',
      path: '/_emulator/quirks/consent-remembered',
      body: { on: true },
    },
  ])
})

describe('An event of the control contains the body', () => {
  const rotate = (body: BodyInit) =>
    world.fetch(`${APP}/_emulator/keys/rotate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })

  it.each([
    ['many bytes', JSON.stringify({ a: 'x'.repeat(5_000_000) })],
    ['many members', JSON.stringify(Object.fromEntries(Array(100_000).fill(0).entries()))],
    ['many levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['no JSON', '{'],
  ])('but not if the route reads none: %s', async (_, body) => {
    expect((await rotate(body)).status).toBe(200)
    const all = await events()
    expect(all).toMatchObject([{ kind: 'control', path: '/_emulator/keys/rotate' }])
    expect(all[0]).not.toHaveProperty('body')
  })

  it('and shortens it if it has many members', async () => {
    const zone = Object.fromEntries(Array.from({ length: 80 }, (_, each) => [`n${each}`, ['x']]))
    expect((await control('PUT', 'dns', zone)).status).toBe(200)
    const [event] = await events()
    expect(Object.keys(event?.body ?? {})).toHaveLength(50)
  })
})
