import { ACCOUNT, api, type Item } from '../../support/api'
import { Client } from '../../support/client'
import { controlOf } from '../../support/control'
import { ADA, APP, MALLORY, TEAM } from '../../support/emulator'
import { Person } from '../../support/person'
import type { Scenario } from '../replay'
import { PAGE, preflight, SETTINGS } from './settings'

const V4 = `${APP}/client/v4`
const ACCESS = `${ACCOUNT}/access`
const EVERYONE = [{ everyone: {} }]
const RULE = [{ email_domain: { domain: 'example.com' } }]
const ALLOW = { name: 'Allow', decision: 'allow', include: RULE }

/** A resource of the management API, made, read, changed and deleted; and refused. */
function resource(
  name: string,
  path: string,
  created: object,
  changed: object,
  wrong: unknown[],
  { idOf = (item: Item) => item.id, change = 'put' as 'put' | 'patch' } = {},
): Scenario {
  return {
    name: `api-${name}`,
    of: 'api',
    settings: SETTINGS,
    async run({ fetch, send }) {
      const v4 = api(fetch)
      await v4.get(path)
      await v4.get(`${path}?page=2&per_page=1`)
      await v4.get(`${path}?page=x&per_page=-1`)
      const { body } = await v4.post(path, created)
      const one = `${path}/${idOf(body.result)}`
      await v4.get(one)
      await v4[change](one, changed)
      await v4.get(path)
      for (const each of wrong) await v4.post(path, each)
      await v4[change](one, wrong[1])
      const headers = { authorization: 'Bearer x', 'content-type': 'application/json' }
      await send('POST', `${V4}${path}`, { headers, body: '{' })
      await send('POST', `${V4}${path}`, { headers })
      await send('DELETE', `${V4}${path}`, { headers })
      await send('OPTIONS', `${V4}${path}`, { headers: preflight('POST') })
      await v4.get(`${path}/unknown`)
      await v4[change](`${path}/unknown`, changed)
      await v4.delete(`${path}/unknown`)
      await v4.delete(one)
      await v4.delete(one)
    },
  }
}

const RESOURCES = [
  resource(
    'applications',
    `${ACCESS}/apps`,
    {
      name: 'New',
      type: 'self_hosted',
      domain: 'new.example/path',
      session_duration: '1h',
      oauth_configuration: { enabled: true },
      policies: [{ ...ALLOW, precedence: 1 }],
    },
    { name: 'Renamed', type: 'self_hosted', domain: 'new.example', tags: [] },
    [
      {},
      { name: 'x', type: 'self_hosted', domain: 'https://x' },
      { name: 'x', type: 'saas' },
      { name: 'x', type: 'self_hosted', domain: 'off.example' },
      { name: 'x', type: 'self_hosted', domain: 'y.example', policies: ['unknown'] },
      { name: 'x', type: 'self_hosted', domain: 'y.example', nonsense: 1 },
    ],
  ),
  resource(
    'policies',
    `${ACCESS}/policies`,
    ALLOW,
    { ...ALLOW, name: 'Renamed', decision: 'deny', include: EVERYONE },
    [{}, { ...ALLOW, decision: 'x' }, { ...ALLOW, include: [{ group: { id: 'unknown' } }] }],
  ),
  resource(
    'groups',
    `${ACCESS}/groups`,
    { name: 'Group', include: RULE },
    { name: 'Group 2', include: EVERYONE, exclude: RULE },
    [{}, { name: 'x', include: [] }, { name: 'x', include: [{ nonsense: {} }] }],
  ),
  resource(
    'service-tokens',
    `${ACCESS}/service_tokens`,
    { name: 'Robot', duration: '8760h' },
    { name: 'Robot 2', client_secret_version: 2 },
    [{}, { name: '' }, { name: 'x', duration: 'soon' }],
  ),
  resource(
    'identity-providers',
    `${ACCESS}/identity_providers`,
    { name: 'Codes', type: 'onetimepin', config: {} },
    { name: 'Codes 2', type: 'onetimepin', config: {} },
    [{}, { name: 'x', type: 'x', config: {} }, { name: 'x', type: 'oidc', config: {} }],
  ),
  resource('tags', `${ACCESS}/tags`, { name: 'blue' }, { name: 'green' }, [{}, { name: '..' }], {
    idOf: (item) => String(item.name),
  }),
  resource(
    'oauth-clients',
    `${ACCOUNT}/oauth_clients`,
    {
      client_name: 'New',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['https://new.example/cb'],
      scopes: ['zone.read'],
      token_endpoint_auth_method: 'client_secret_post',
      client_uri: 'https://new.example',
    },
    { client_name: 'Renamed', scopes: ['zone.read', 'dns.write'] },
    [{}, { client_name: 7 }, { redirect_uris: ['http://evil.example'] }, { scopes: ['nonsense'] }],
    { idOf: (item) => String(item.client_id), change: 'patch' },
  ),
]

const others: Scenario = {
  name: 'api-others',
  of: 'api',
  settings: SETTINGS,
  async run({ fetch }) {
    const v4 = api(fetch)
    for (const path of ['/user', '/user/tokens/verify', '/memberships', '/accounts', '/zones']) {
      await v4.get(path)
      await v4.post(path, {})
    }
    await v4.get(ACCOUNT)
    await v4.get(`/zones/${'a'.repeat(32)}`)
    await v4.get(`/zones/${'a'.repeat(32)}/access/apps?per_page=1`)
    await v4.get(`/accounts/${'f'.repeat(32)}/access/apps`)
    await v4.get('/accounts/x/access/apps')
    await v4.get('/nothing')
    await v4.get(`${ACCESS}/bookmarks`)
    await v4.get(`${ACCESS}/organizations`)
    await v4.post(`${ACCESS}/organizations`, { name: 'x', auth_domain: 'x' })
    await v4.put(`${ACCESS}/organizations`, { name: 'Renamed' })
    await v4.patch(`${ACCESS}/organizations`, { auth_domain: 'x' })
    await v4.post(`${ACCESS}/organizations/revoke_user`, { email: 'x' })
    await v4.post(`${ACCESS}/organizations/revoke_user`, ADA)
    await v4.get(`${ACCESS}/keys`)
    await v4.put(`${ACCESS}/keys`, { key_rotation_interval_days: 30 })
    await v4.put(`${ACCESS}/keys`, { key_rotation_interval_days: 1 })
    const { body } = await v4.get<Item[]>(`${ACCESS}/apps?name=Demo`)
    const app = `${ACCESS}/apps/${body.result[0]?.id}`
    await v4.post(`${app}/revoke_tokens`)
    await v4.get(`${app}/user_policy_checks`)
    await v4.get(`${app}/policies`)
    const made = await v4.post(`${app}/policies`, ALLOW)
    await v4.get(`${app}/policies/${made.body.result.id}`)
    await v4.put(`${app}/policies/${made.body.result.id}`, { ...ALLOW, decision: 'deny' })
    await v4.delete(`${app}/policies/${made.body.result.id}`)
    const token = await v4.post(`${ACCESS}/service_tokens`, { name: 'Robot' })
    await v4.post(`${ACCESS}/service_tokens/${token.body.result.id}/rotate`)
    await v4.post(`${ACCESS}/service_tokens/${token.body.result.id}/refresh`)
    const clients = await v4.get<Record<string, string>[]>(`${ACCOUNT}/oauth_clients`)
    for (const { client_id: id } of clients.body.result) {
      await v4.post(`${ACCOUNT}/oauth_clients/${id}/secret`)
      await v4.delete(`${ACCOUNT}/oauth_clients/${id}/secret`)
    }
  },
}

const learned: Scenario = {
  name: 'api-users-and-logs',
  of: 'api',
  settings: SETTINGS,
  async run({ fetch }) {
    const v4 = api(fetch)
    const person = new Person(fetch)
    await person.open(`${APP}/whoami`)
    await person.press('ada@example.com')
    await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
    await new Client(fetch).connect()
    await controlOf(fetch)('PUT', 'auto-sign-in', MALLORY)
    await fetch(`${TEAM}/cdn-cgi/access/get-identity`)
    const users = await v4.get<Item[]>(`${ACCESS}/users`)
    await v4.post(`${ACCESS}/users`, { email: 'new@example.com' })
    const user = `${ACCESS}/users/${users.body.result[0]?.id}`
    await v4.get(user)
    await v4.get(`${user}/active_sessions`)
    await v4.get(`${user}/last_seen_identity`)
    await v4.get(`${user}/failed_logins`)
    await v4.get(`${user}/active_sessions/unknown`)
    await v4.get(`${ACCESS}/logs/access_requests`)
    await v4.get(`${ACCESS}/logs/access_requests?limit=x`)
    const policies = [{ ...ALLOW, precedence: 1 }]
    const test = await v4.post(`${ACCESS}/policy-tests`, { policies: [ALLOW] })
    await v4.post(`${ACCESS}/policy-tests`, { policies })
    await v4.get(`${ACCESS}/policy-tests/${test.body.result.id}`)
    await v4.get(`${ACCESS}/policy-tests/${test.body.result.id}/users`)
    await v4.get(`${ACCESS}/policy-tests/unknown`)
    await v4.delete(user)
    await v4.get(`${ACCESS}/users`)
  },
}

const NAMES = ['Access: Apps and Policies Read']
const callers: Scenario = {
  name: 'api-credentials',
  of: 'api',
  settings: SETTINGS,
  async run({ send }) {
    const apps = `${V4}${ACCESS}/apps?per_page=1`
    const bindings = {
      API_TOKENS: [{ name: 'Reader', token: 'a-reader', permissions: NAMES }],
    }
    for (const headers of [
      {},
      { authorization: 'nonsense' },
      { authorization: 'Bearer a-reader' },
      { authorization: 'Bearer unknown' },
      { authorization: 'Bearer cfoat_unknown' },
      { 'x-auth-email': 'ada@example.com', 'x-auth-key': 'x' },
      { authorization: 'Bearer a-reader', origin: PAGE },
      { authorization: 'Bearer a-reader', origin: 'http://localhost:3000' },
    ] as Record<string, string>[]) {
      await send('GET', apps, { headers })
      await send('GET', apps, { headers, bindings })
      await send('GET', `${V4}/user/tokens/verify`, { headers, bindings })
      await send('POST', `${V4}${ACCESS}/tags`, { headers, bindings, body: '{}' })
    }
    const deployed = 'https://emulator.example.workers.dev/client/v4/accounts'
    await send('GET', deployed, { headers: { authorization: 'Bearer x' } })
    const EMULATOR_TOKEN = 'a-token-of-some-length'
    const guarded = { bindings: { EMULATOR_TOKEN } }
    await send('GET', deployed, { ...guarded, headers: { authorization: 'Bearer x' } })
    await send('GET', deployed, {
      ...guarded,
      headers: { authorization: `Bearer ${EMULATOR_TOKEN}` },
    })
    await send('OPTIONS', apps, { headers: preflight('GET', 'http://localhost:3000') })
    await send('HEAD', apps, { headers: { authorization: 'Bearer x' } })
  },
}

const documents: Scenario = {
  name: 'api-documents',
  of: 'api',
  settings: SETTINGS,
  async run({ fetch, send }) {
    await send('GET', `${V4}/openapi.json`)
    await api(fetch).get('/oauth/scopes')
  },
}

export const API = [...RESOURCES, others, learned, callers, documents]
