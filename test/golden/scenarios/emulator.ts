import { ACCOUNT, api } from '../../support/api'
import { Client, type Tokens } from '../../support/client'
import { controlOf } from '../../support/control'
import { DASH, DashClient } from '../../support/dashboard'
import { ADA, APP, TEAM } from '../../support/emulator'
import { Person } from '../../support/person'
import type { Scenario, World } from '../replay'
import { NAVIGATION, PAGE, preflight, SETTINGS } from './settings'

const control: Scenario = {
  name: 'emulator-control',
  of: 'emulator',
  settings: SETTINGS,
  async run({ fetch, send }) {
    const ask = controlOf(fetch)
    for (const path of [
      'urls',
      'auto-sign-in',
      'clock',
      'dns',
      'faults',
      'quirks',
      'clients',
      'x',
    ]) {
      await ask('GET', path)
      await ask('DELETE', path)
    }
    await ask('HEAD', 'urls')
    for (const path of ['grants', 'sessions', 'revoke', 'keys/rotate', 'state']) {
      if (path !== 'state') await ask('GET', path)
      await ask('PUT', path, {})
    }
    for (const body of [{ email: 'x' }, { ...ADA, times: 0 }, [ADA], 7, { ...ADA, client: 'x' }]) {
      await ask('PUT', 'auto-sign-in', body)
    }
    await ask('PUT', 'auto-sign-in', [{ ...ADA, times: 2, consent: 'deny' }])
    await ask('PUT', 'auto-sign-in', null)
    for (const body of [{ advance: 'soon' }, { now: 'x' }, {}, { now: '9999-12-31T23:59:59Z' }]) {
      await ask('PATCH', 'clock', body)
    }
    await ask('PATCH', 'clock', { now: '2026-12-01T12:00:00Z' })
    await ask('PATCH', 'clock', { advance: '1m' })
    await ask('PUT', 'dns', { 'example.com': ['a record'] })
    await ask('PUT', 'dns', { 'example.com': 7 })
    for (const body of [
      {},
      { person: 'x' },
      { application: 'unknown' },
      { person: 'a@b.example' },
    ]) {
      await ask('POST', 'revoke', body)
    }
    for (const path of ['clients/x', 'clients/x/report', 'grants/x', 'sessions/x']) {
      await ask('DELETE', path)
      await ask('GET', path)
    }
    await ask('GET', 'events?limit=x')
    await ask('GET', 'events?outcome=x')
    await ask('GET', 'clients?limit=-1')
    await send('PATCH', `${APP}/_emulator/clock`, { body: '{' })
    await send('OPTIONS', `${APP}/_emulator/clock`, { headers: preflight('PATCH') })
    await send('GET', `${APP}/_emulator/urls`, { headers: { origin: PAGE } })
    await send('GET', `${APP}/_emulator/urls`, { headers: { origin: APP } })
    await ask('POST', 'keys/rotate')
    await fetch(`${TEAM}/cdn-cgi/access/certs`)
  },
}

const lists: Scenario = {
  name: 'emulator-lists-and-pages',
  of: 'emulator',
  settings: SETTINGS,
  async run(world) {
    const { fetch, unrecorded } = world
    const ask = controlOf(fetch)
    const person = new Person(fetch)
    await person.open(`${APP}/whoami`)
    await person.press('ada@example.com')
    await ask('PUT', 'auto-sign-in', ADA)
    const { clientId } = await new Client(fetch).connect()
    await settled(unrecorded)
    await ask('GET', 'clients')
    await ask('GET', 'grants')
    await ask('GET', 'sessions')
    await ask('GET', `clients/${clientId}/report`)
    for (const path of [
      '',
      'console/events',
      'console/state',
      'console/faults',
      'console/connect',
    ]) {
      await person.open(`${APP}/_emulator/${path}`)
    }
    await person.open(`${APP}/_emulator/clients/${clientId}/report`)
    const form = { method: 'PATCH', path: '/_emulator/clock', back: '/_emulator/', body: '{"x":1}' }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const press = (fields: Record<string, string>, origin = APP) =>
      fetch(`${APP}/_emulator/console/do`, {
        method: 'POST',
        headers: { ...headers, origin },
        body: new URLSearchParams(fields).toString(),
      })
    await press(form)
    await press({ ...form, body: '{"advance":"1m"}' })
    await press({ ...form, body: '{"advance":"1m"}' }, PAGE)
    await press({ ...form, path: '/elsewhere' })
    await press({})
    await fetch(`${APP}/_emulator`)
    await fetch(`${APP}/_emulator/sign-in`)
    await ask('GET', 'state')
    const state = await (await unrecorded(`${APP}/_emulator/state`)).json()
    await ask('PUT', 'state', { ...(state as object), version: 7 })
    await ask('DELETE', `clients/${clientId}`)
  },
}

// A grant is in the list a moment after its tokens were issued.
async function settled(fetch: World['unrecorded']): Promise<void> {
  for (;;) {
    const response = await fetch(`${APP}/_emulator/grants`)
    if (((await response.json()) as { grants: unknown[] }).grants.length > 0) return
  }
}

const deployed: Scenario = {
  name: 'emulator-on-a-host-for-everybody',
  of: 'emulator',
  settings: SETTINGS,
  async run({ send }) {
    const HOST = 'https://emulator.example.workers.dev'
    const EMULATOR_TOKEN = 'a-token-of-sixteen-characters'
    const bindings = { TEAM_DOMAIN: 'emulator.example.workers.dev', EMULATOR_TOKEN }
    for (const path of ['/_emulator/', '/_emulator/clock', '/_emulator/sign-in', '/_emulator/x']) {
      await send('GET', HOST + path)
      await send('GET', HOST + path, { headers: NAVIGATION })
      await send('GET', HOST + path, { bindings })
      await send('GET', HOST + path, { bindings, headers: NAVIGATION })
      const authorization = `Bearer ${EMULATOR_TOKEN}`
      await send('GET', HOST + path, { bindings, headers: { authorization } })
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: HOST }
    const body = `token=${EMULATOR_TOKEN}`
    const signIn = `${HOST}/_emulator/sign-in`
    await send('POST', signIn, { bindings, headers: form, body: 'token=wrong' })
    await send('POST', signIn, { bindings, headers: { ...form, origin: PAGE }, body })
    const { headers } = await send('POST', signIn, { bindings, headers: form, body })
    const cookie = new Headers(headers).get('set-cookie')?.split(';')[0] ?? ''
    await send('GET', `${HOST}/_emulator/`, { bindings, headers: { cookie } })
    await send('GET', `${HOST}/page`, { bindings, headers: NAVIGATION })
    await send('GET', `${HOST}/mcp`, { bindings })
  },
}

const ENDPOINTS = [
  ...['metadata', 'keys', 'registration', 'authorization', 'token', 'revocation', 'application'],
  'api',
]

/** A request to every endpoint, of a web page that reads the response. */
async function everyEndpoint({ fetch, send }: World): Promise<void> {
  const headers = { origin: PAGE, 'user-agent': 'golden' }
  const oauth = `${TEAM}/cdn-cgi/access/oauth`
  for (const url of [
    `${APP}/.well-known/oauth-protected-resource`,
    `${APP}/.well-known/oauth%2dprotected-resource`,
    `${TEAM}/cdn-cgi/access/certs`,
    await new Client(fetch).authorizationUrl('unknown'),
    `${APP}/mcp`,
  ]) {
    await send('GET', url, { headers })
  }
  for (const path of ['registration', 'token', 'revoke']) {
    await send('POST', `${oauth}/${path}`, { headers, body: '' })
  }
  await send('OPTIONS', `${oauth}/token`, { headers: preflight('POST') })
  await send('GET', `${APP}/client/v4/user`, {
    headers: { authorization: 'Bearer x', origin: 'http://localhost:3000' },
  })
}

const endpointFaults: Scenario = {
  name: 'faults-of-endpoints',
  of: 'team',
  settings: SETTINGS,
  async run(world) {
    const ask = controlOf(world.fetch)
    for (const [fault, parameters] of [
      ...ENDPOINTS.map((endpoint) => ['error', { endpoint, status: 503 }] as const),
      ['error', { endpoint: 'api', status: 429, retry_after: 7 }],
      ['error', { endpoint: 'token', status: 500 }],
      ['slow', { delay: '10ms' }],
      ['keys-unavailable', {}],
      ['blocked-user-agent', { user_agent: 'golden' }],
      ['blocked-user-agent', { endpoint: 'token', user_agent: 'golden' }],
    ] as const) {
      await ask('PUT', `faults/${fault}`, parameters)
      await everyEndpoint(world)
      await ask('DELETE', `faults/${fault}`)
    }
  },
}

const grantFaults: Scenario = {
  name: 'faults-of-grants',
  of: 'team',
  settings: SETTINGS,
  async run({ fetch }) {
    const ask = controlOf(fetch)
    await ask('PUT', 'auto-sign-in', ADA)
    const client = new Client(fetch)
    const { client_id: id } = await client.register()
    for (const [fault, parameters] of [
      ['dropped-answer', {}],
      ['expired-code', {}],
      ['revoked-grant', {}],
      ['lost-rotation', {}],
      ['clock-skew', { skew: '-5m' }],
      ['wrong-issuer', {}],
      ['key-rotation', {}],
    ] as const) {
      const before = (await (await client.exchange(id, await client.code(id))).json()) as Tokens
      await ask('PUT', `faults/${fault}`, parameters)
      await client.exchange(id, await client.code(id), {}, { origin: PAGE })
      await client.request('/whoami', before.access_token)
      await client.refresh(id, before.refresh_token)
      await client.refresh(id, before.refresh_token)
      await ask('DELETE', `faults/${fault}`)
    }
  },
}

const faultControl: Scenario = {
  name: 'fault-control-and-dashboard',
  of: 'dash',
  settings: SETTINGS,
  async run({ fetch }) {
    const ask = controlOf(fetch)
    await ask('PUT', 'auto-sign-in', ADA)
    await ask('PUT', 'faults/x', {})
    await ask('PUT', 'faults/error', { endpoint: 'x' })
    await ask('PUT', 'faults/error', { endpoint: 'keys', client: 'x' })
    await ask('PUT', 'faults/slow', { delay: '61s' })
    await ask('DELETE', 'faults/x')
    const client = new DashClient(fetch)
    for (const fault of ['error', 'dropped-answer', 'lost-rotation']) {
      const code = await client.code()
      const before = await client.connect()
      await ask('PUT', `faults/${fault}`, { client: client.clientId })
      await client.exchange(code, {}, { origin: PAGE })
      await client.refresh(before.refresh_token)
      await ask('DELETE', 'faults')
    }
    await ask('PUT', 'faults/error', { endpoint: 'keys' })
    await fetch(`${DASH}/.well-known/jwks.json`, { headers: { origin: PAGE } })
    await ask('PUT', 'faults/error', { endpoint: 'application', application: 'Cors' })
    await fetch('http://cors.example/mcp', { headers: { origin: PAGE } })
    await fetch(`${APP}/mcp`, { headers: { origin: PAGE } })
    await ask('PUT', 'faults/late-settings', { delay: '60s' })
    await api(fetch).post(`${ACCOUNT}/access/apps`, {
      name: 'Late',
      type: 'self_hosted',
      domain: 'late.example',
    })
    await fetch('http://late.example/mcp')
    await ask('PATCH', 'clock', { advance: '61s' })
    await fetch('http://late.example/mcp')
    await ask('GET', 'faults')
  },
}

const QUIRKS = [
  ...['https-redirect-rules', 'flat-protected-resource', 'pkce-challenge-start', 'refresh-grace'],
  ...['refuse-reuse', 'iss-in-response', 'rfc7591-errors', 'consent-remembered'],
  ...['long-lived-codes', 'strict-revocation', 'path-scoped-pin'],
]

const quirks: Scenario = {
  name: 'quirks',
  of: 'team',
  settings: SETTINGS,
  async run({ fetch }) {
    const ask = controlOf(fetch)
    const client = new Client(fetch)
    await ask('PUT', 'auto-sign-in', ADA)
    await ask('PUT', 'quirks/x', { on: true })
    await ask('PUT', 'quirks/refuse-reuse', { on: 'yes' })
    const { client_id: id } = await client.register()
    for (const quirk of QUIRKS) {
      await ask('PUT', `quirks/${quirk}`, { on: true })
      await client.request('/.well-known/oauth-protected-resource')
      await client.request('/.well-known/oauth-authorization-server')
      await client.registration({ redirect_uris: ['https://evil.example'] })
      await client.authorization(id, { code_challenge: `-${'a'.repeat(42)}` })
      const tokens = (await (await client.exchange(id, await client.code(id))).json()) as Tokens
      await client.refresh(id, tokens.refresh_token)
      await client.refresh(id, tokens.refresh_token)
      await ask('PUT', `quirks/${quirk}`, { on: false })
    }
    await ask('PUT', 'quirks/strict-revocation', { on: true })
    const { tokens } = await client.connect()
    await ask('POST', 'revoke', { person: 'ada@example.com' })
    await client.request('/whoami', tokens.access_token)
    await ask('GET', 'quirks')
  },
}

const HOSTILE = [
  ...[
    '//evil.example/',
    '/%2e%2e/',
    '/%00',
    '/%ff',
    '/%zz',
    '/_emulator/../mcp',
    '/\\evil.example',
  ],
  ...['/cdn-cgi/access/login/%00', '/cdn-cgi/access/oauth%2ftoken', '/CDN-CGI/access/certs'],
  ...['/.well-known/oauth-protected-resource/%2e%2e/x', '/.well-known/oauth-protected-resource//x'],
  ...['/cdn-cgi/access/callback?state[]=x', '/client/v4/accounts/%00', '/client/v4//user'],
  ...['/oauth2/auth?client_id=a&client_id=b', '/oauth2/token/', '/_emulator/clients/%00'],
  '/_emulator/grants?cursor=%ff',
]

const hostile: Scenario = {
  name: 'hostile',
  of: 'team',
  settings: SETTINGS,
  async run({ send }) {
    for (const path of HOSTILE) {
      await send('GET', TEAM + path)
    }
    for (const host of ['a/b', 'x@y', 'a b', 'localhost:8788?']) {
      await send('GET', `${APP}/mcp`, { headers: { host } })
    }
    const long = 'x'.repeat(10_000)
    await send('GET', `${APP}/${long}`)
    await send('GET', `${APP}/mcp`, { headers: { cookie: `CF_Authorization=${long}` } })
    await send('GET', `${APP}/mcp`, { headers: { authorization: `Bearer ${long}` } })
    await send('GET', `${APP}/mcp`, { bindings: { CODE_LIFETIME: 'soon' } })
    await send('GET', `${APP}/mcp`, { bindings: { CODE_LIFETIME: 'soon' }, headers: NAVIGATION })
    await send('PROPFIND', `${APP}/mcp`)
    await send('PATCH', `${TEAM}/cdn-cgi/access/oauth/token`)
  },
}

export const CONTROL = [
  ...[control, lists, deployed, endpointFaults, grantFaults],
  ...[faultControl, quirks, hostile],
]
