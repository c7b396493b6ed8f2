import { Client, REDIRECT_URI } from '../../support/client'
import { controlOf } from '../../support/control'
import { ADA, APP, MALLORY, TEAM } from '../../support/emulator'
import { Person } from '../../support/person'
import type { Scenario, World } from '../replay'
import { NAVIGATION, PAGE, preflight, SETTINGS } from './settings'

const OAUTH = `${TEAM}/cdn-cgi/access/oauth`
const ENDPOINTS = ['registration', 'authorization', 'consent', 'token', 'revoke']

const registration: Scenario = {
  name: 'team-registration',
  of: 'team',
  settings: SETTINGS,
  async run({ fetch, send }) {
    const client = new Client(fetch)
    await client.registration()
    const full = {
      client_name: 'All <members>',
      redirect_uris: [
        REDIRECT_URI,
        'http://127.0.0.1:1/cb',
        'https://playground.ai.cloudflare.com/x',
      ],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_uri: 'https://client.example',
      logo_uri: '',
      contacts: ['a@b.example'],
      software_id: 'x',
      software_version: '1',
      application_type: 'native',
      unknown_member: true,
    }
    for (const method of ['none', 'client_secret_basic', 'client_secret_post', undefined, 'x']) {
      await client.registration({ ...full, token_endpoint_auth_method: method })
    }
    const uris = ['https://evil.example/cb', 'http://localhost', 'javascript:x', 'a b', '', 7]
    for (const uri of uris) await client.registration({ redirect_uris: [REDIRECT_URI, uri] })
    await client.registration({ redirect_uris: [] })
    await client.registration({ grant_types: ['refresh_token'] })
    await client.registration({ grant_types: ['implicit'] })
    await client.registration({ response_types: ['token'] })
    await client.registration({ client_name: 'a\u0000b' })
    await client.registration({ client_uri: 'javascript:alert(1)' })
    for (const body of ['', '{', '[]', 'null', '"x"'])
      await client.postJson('/oauth/registration', body)
    await client.postForm('/oauth/registration', { client_name: 'x' })
    await client.postJson('/oauth/registration', 'x'.repeat(200_000))
    for (const method of ['GET', 'PUT', 'DELETE']) {
      await send(method, `${OAUTH}/registration/some-client`)
      await send(method, `${OAUTH}/registration`)
    }
    const off = { APPLICATIONS: [SETTINGS.APPLICATIONS[1]] }
    await send('POST', `${OAUTH}/registration`, { bindings: off, body: '{}' })
  },
}

const methods: Scenario = {
  name: 'team-methods-and-cors',
  of: 'team',
  settings: SETTINGS,
  async run({ send }) {
    for (const endpoint of ENDPOINTS) {
      for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) {
        await send(method, `${OAUTH}/${endpoint}`, { headers: { origin: PAGE } })
      }
      await send('OPTIONS', `${OAUTH}/${endpoint}`, { headers: preflight('POST') })
      await send('POST', `${OAUTH}/${endpoint}`, { headers: { origin: PAGE } })
      await send('POST', `${APP}/cdn-cgi/access/oauth/${endpoint}`, { headers: { origin: PAGE } })
      await send('GET', `${TEAM}/.access/oauth/${endpoint}/`, { headers: NAVIGATION })
    }
  },
}

const authorization: Scenario = {
  name: 'team-authorization-refusals',
  of: 'team',
  settings: SETTINGS,
  async run({ fetch }) {
    const client = new Client(fetch)
    const { client_id: id } = await client.register()
    const { client_id: secret } = await client.register({
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const changes: Record<string, string | undefined>[] = [
      { client_id: undefined },
      { client_id: 'unknown' },
      { client_id: 'unknown', resource: undefined },
      { client_id: 'unknown', resource: undefined, redirect_uri: 'https://evil.example' },
      { redirect_uri: undefined },
      { redirect_uri: 'http://localhost:1/other' },
      { redirect_uri: 'not a uri' },
      { resource: undefined },
      { resource: undefined, state: undefined },
      { resource: 'not a uri' },
      { resource: `${APP}/#fragment` },
      { resource: 'http://off.example/' },
      { resource: 'http://path.example/' },
      { response_type: undefined },
      { response_type: 'token' },
      { response_mode: 'fragment' },
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge_method: undefined },
      { code_challenge: 'short' },
    ]
    for (const change of changes) await client.authorization(id, change)
    await client.authorization(secret, { code_challenge: undefined })
    await client.authorization(secret, {
      code_challenge: undefined,
      code_challenge_method: undefined,
    })
    for (const name of ['client_id', 'redirect_uri', 'state', 'resource', 'scope']) {
      const url = await client.authorizationUrl(id, { scope: 'x' })
      await fetch(`${url}&${name}=twice`)
    }
    await client.authorization(id)
    await fetch(await client.authorizationUrl(id), { headers: NAVIGATION })
  },
}

const consent: Scenario = {
  name: 'team-login-and-consent',
  of: 'team',
  settings: SETTINGS,
  async run({ fetch, send }) {
    const client = new Client(fetch)
    const { client_id: id } = await client.register({ client_name: 'A <b>client</b>' })
    const person = new Person(fetch)
    await person.open(await client.authorizationUrl(id))
    await person.press('Log in', { email: 'nonsense' })
    await person.open(await client.authorizationUrl(id))
    await person.press('ada@example.com')
    const consentUrl = person.page?.url ?? ''
    await send('POST', consentUrl, { headers: { cookie: person.cookies('127.0.0.1') } })
    await send('GET', consentUrl)
    await send('GET', `${OAUTH}/consent?request=x`)
    await person.open(consentUrl)
    await person.press('deny')
    await person.open(await client.authorizationUrl(id))
    await person.press('allow')
    await client.exchange(id, person.callback?.searchParams.get('code') ?? '')
    const blocked = new Person(fetch)
    await blocked.open(await client.authorizationUrl(id))
    await blocked.press('mallory@blocked.example')
    const control = controlOf(fetch)
    await control('PUT', 'auto-sign-in', MALLORY)
    await client.authorization(id)
    await control('PUT', 'auto-sign-in', { ...ADA, consent: 'deny' })
    await client.authorization(id)
    await control('PUT', 'auto-sign-in', ADA)
    await client.authorization(id)
    await client.authorization(id, { state: undefined })
  },
}

const pin: Scenario = {
  name: 'emulator-one-time-pin',
  // An event has the code.
  of: 'emulator',
  settings: SETTINGS,
  async run({ fetch, placeholders }) {
    const client = new Client(fetch)
    const { client_id: id } = await client.register()
    const person = new Person(fetch)
    await person.open(await client.authorizationUrl(id))
    await person.press('Send me a code', { email: 'nonsense' })
    await person.open(await client.authorizationUrl(id))
    await person.press('Send me a code', MALLORY)
    await person.open(await client.authorizationUrl(id))
    await person.press('Send me a code', ADA)
    const events = await controlOf(fetch)('GET', 'events?kind=one-time-pin')
    const code = (await events.text()).match(/"code":"(\d{6})"/)?.[1] ?? ''
    placeholders.learn('pin', code)
    await person.press('Sign in', { code: code === '000000' ? '000001' : '000000' })
    await person.open(await client.authorizationUrl(id))
    await person.press('Send me a code', ADA)
    const again = await controlOf(fetch)('GET', 'events?kind=one-time-pin')
    const codes = [...(await again.text()).matchAll(/"code":"(\d{6})"/g)].map(([, each]) => each)
    placeholders.learn('pin', codes.at(-1) ?? '')
    await person.press('Sign in', { code: codes.at(-1) ?? '' })
  },
}

async function connected({ fetch }: World): Promise<Client> {
  await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
  return new Client(fetch)
}

const token: Scenario = {
  name: 'team-token',
  of: 'team',
  settings: SETTINGS,
  async run(world) {
    const client = await connected(world)
    const control = controlOf(world.fetch)
    const { client_id: id } = await client.register()
    const { client_id: other } = await client.register()
    const code = await client.code(id)
    const changes: Record<string, string | undefined>[] = [
      { grant_type: undefined },
      { grant_type: 'password' },
      { grant_type: 'client_credentials' },
      { client_id: undefined },
      { client_id: 'unknown' },
      { client_id: other },
      { client_secret: 'for a public client' },
      { code: undefined },
      { code: 'x' },
      { code: 'a'.repeat(65) },
      { redirect_uri: undefined },
      { redirect_uri: 'http://localhost:1/' },
      { code_verifier: undefined },
      { code_verifier: 'short' },
      { resource: 'http://off.example/' },
      { resource: 'http://cors.example/' },
      { resource: 'nonsense' },
    ]
    for (const change of changes) await client.exchange(id, code, change)
    await client.exchange(id, code)
    await client.exchange(id, code)
    await client.exchange(id, await client.code(id), { code_verifier: 'b'.repeat(43) })
    await client.exchange(id, await client.code(id), {}, { origin: PAGE })
    await client.exchange(id, await client.code(id), { resource: `${APP}/` })
    const late = await client.code(id)
    await control('PATCH', 'clock', { advance: '61s' })
    await client.exchange(id, late)
    for (const body of [
      '',
      'a=b&a=c',
      'grant_type=authorization_code&grant_type=x',
      '%zz',
      'a=%00',
    ]) {
      await client.postForm('/oauth/token', body)
    }
    await client.postJson('/oauth/token', { grant_type: 'refresh_token' })
    await client.postForm('/oauth/token', 'x'.repeat(200_000))
  },
}

const clientAuth: Scenario = {
  name: 'team-client-authentication',
  of: 'team',
  settings: SETTINGS,
  async run(world) {
    const client = await connected(world)
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const { client_id: id, client_secret: secret = '' } = await client.register({
        token_endpoint_auth_method: method,
      })
      const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })
      const none = { client_id: undefined }
      // An unauthenticated client cannot redeem a code.
      const code = await client.code(id)
      await client.exchange(id, code)
      await client.exchange(id, code, none, basic(`${id}:wrong`))
      await client.exchange(id, code, none, basic('no colon'))
      await client.exchange(id, code, none, { authorization: 'Basic %' })
      await client.exchange(id, code, none, { authorization: 'Bearer x' })
      await client.exchange(id, code, { client_secret: 'wrong' })
      await client.exchange(id, code, { client_secret: secret }, basic(`${id}:${secret}`))
      await client.exchange(id, code, none, basic(`${id}:${secret}`))
      await client.exchange(id, await client.code(id), { client_secret: secret })
    }
  },
}

const refresh: Scenario = {
  name: 'team-refresh-and-use',
  of: 'team',
  settings: SETTINGS,
  async run(world) {
    const client = await connected(world)
    const { send } = world
    const control = controlOf(world.fetch)
    const { clientId, tokens } = await client.connect()
    const { client_id: other } = await client.register()
    const mcp = {
      authorization: `Bearer ${tokens.access_token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    }
    const call = (method: string, params: object) =>
      send('POST', `${APP}/mcp`, {
        headers: mcp,
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
    const clientInfo = { name: 'golden', version: '1' }
    await call('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo })
    await call('tools/list', {})
    await call('tools/call', { name: 'whoami', arguments: {} })
    await client.request('/mcp', tokens.access_token)
    await client.request('/whoami', tokens.access_token, { origin: PAGE })
    await client.request('/', tokens.access_token, NAVIGATION)
    await send('HEAD', `${APP}/whoami`, { headers: mcp })
    await client.request('/nothing', tokens.access_token)
    await send('GET', 'http://cors.example/whoami', { headers: { ...mcp, origin: PAGE } })
    for (const wrong of [
      { refresh_token: undefined },
      { refresh_token: 'x' },
      { refresh_token: `oauth:${'a'.repeat(65)}` },
      { refresh_token: tokens.access_token },
      { client_id: other },
      { client_id: undefined },
      { resource: 'http://cors.example/' },
      { scope: 'more' },
    ]) {
      await client.refresh(clientId, tokens.refresh_token, wrong)
    }
    const again = await client.connect()
    const answer = await client.refresh(again.clientId, again.tokens.refresh_token)
    const next = (await answer.json()) as typeof tokens
    await client.request('/whoami', next.access_token)
    await client.refresh(again.clientId, again.tokens.refresh_token)
    await client.refresh(again.clientId, next.refresh_token)
    await client.request('/whoami', next.access_token)
    const short = await client.connect()
    await control('PATCH', 'clock', { advance: '16m' })
    await client.request('/whoami', short.tokens.access_token)
    await control('PATCH', 'clock', { advance: '25h' })
    await client.refresh(short.clientId, short.tokens.refresh_token)
  },
}

const revocation: Scenario = {
  name: 'team-revocation',
  of: 'team',
  settings: SETTINGS,
  async run(world) {
    const client = await connected(world)
    const control = controlOf(world.fetch)
    const { client_id: other } = await client.register()
    const revoke = (form: Record<string, string | undefined>, headers = {}) =>
      client.postForm('/oauth/revoke', form, headers)
    const { clientId, tokens } = await client.connect()
    const form = { token: tokens.access_token, client_id: clientId }
    await revoke({})
    await revoke({ client_id: clientId })
    await revoke({ ...form, client_id: undefined })
    await revoke({ ...form, client_id: other })
    await revoke({ ...form, token: 'x' })
    await revoke({ ...form, token_type_hint: 'refresh_token' }, { origin: PAGE })
    await client.request('/whoami', tokens.access_token)
    await revoke({ ...form, token: tokens.refresh_token })
    await client.refresh(clientId, tokens.refresh_token)
    for (const what of [
      { person: 'ada@example.com' },
      { application: 'Demo' },
      { deleted_person: 'ada@example.com' },
    ]) {
      const each = await client.connect()
      await control('POST', 'revoke', what)
      await client.request('/whoami', each.tokens.access_token)
      await client.refresh(each.clientId, each.tokens.refresh_token)
    }
    const forgotten = await client.connect()
    await control('DELETE', `clients/${forgotten.clientId}`)
    await client.request('/whoami', forgotten.tokens.access_token)
    await client.refresh(forgotten.clientId, forgotten.tokens.refresh_token)
  },
}

export const TEAM_DOMAIN = [
  ...[registration, methods, authorization, consent, pin],
  ...[token, clientAuth, refresh, revocation],
]
