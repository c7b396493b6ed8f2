import { controlOf } from '../../support/control'
import { CALLBACK, CONNECTED, DASH, DashClient } from '../../support/dashboard'
import { ADA, APP } from '../../support/emulator'
import { Person } from '../../support/person'
import type { Scenario } from '../replay'
import {
  NAVIGATION,
  PAGE,
  POST_CLIENT,
  preflight,
  SECRET,
  SECRET_CLIENT,
  SETTINGS,
} from './settings'

const PATHS = ['auth', 'login', 'consent', 'token', 'revoke', 'device/auth', 'userinfo', 'x']

const paths: Scenario = {
  name: 'dash-paths-and-methods',
  of: 'dash',
  settings: SETTINGS,
  async run({ send }) {
    for (const path of PATHS) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        await send(method, `${DASH}/oauth2/${path}`)
      }
      await send('OPTIONS', `${DASH}/oauth2/${path}`, { headers: preflight('POST') })
      await send('POST', `${APP}/oauth2/${path}`, { headers: { origin: PAGE } })
    }
    for (const path of ['openid-configuration', 'jwks.json', 'oauth-authorization-server']) {
      await send('GET', `${DASH}/.well-known/${path}`)
      await send('POST', `${DASH}/.well-known/${path}`)
      await send('GET', `${APP}/.well-known/${path}`)
      const bindings = { DASH_DOMAIN: 'dash.localhost' }
      await send('GET', `http://dash.localhost:8788/.well-known/${path}`, { bindings })
      await send('GET', `${DASH}/.well-known/${path}`, { bindings })
    }
    const apart = { bindings: { DASH_DOMAIN: 'dash.localhost' }, headers: NAVIGATION }
    await send('GET', 'http://dash.localhost:8788/', apart)
    await send(
      'GET',
      'http://dash.localhost:8788/?to=/profile/access-management/authorization',
      apart,
    )
    await send('GET', `${DASH}/oauth2/auth`, apart)
    await send('GET', `${DASH}/oauth/error?error=invalid_client&error_description=%3Cb%3E`)
  },
}

const authorization: Scenario = {
  name: 'dash-authorization',
  of: 'dash',
  settings: SETTINGS,
  async run({ fetch, send }) {
    const client = new DashClient(fetch)
    for (const change of [
      { client_id: undefined },
      { client_id: 'f'.repeat(32) },
      { redirect_uri: undefined },
      { redirect_uri: 'https://evil.example/' },
      { scope: undefined },
      { scope: 'zone.edit' },
      { scope: 'nonsense' },
      { response_type: undefined },
      { response_type: 'token' },
      { response_type: 'id_token' },
      { response_mode: 'form_post' },
      { response_mode: 'fragment' },
      { state: 'short' },
      { state: undefined },
    ]) {
      await client.authorization(change)
    }
    const person = new Person(fetch)
    await person.open(await client.authorizationUrl({ scope: 'zone.read dns.write openid' }))
    await person.press('Log in', { email: 'nonsense' })
    await person.open(await client.authorizationUrl({ scope: 'zone.read dns.write openid' }))
    await person.press('ada@example.com')
    const url = person.page?.url ?? ''
    await send('GET', url)
    await send('POST', url, {
      headers: {
        cookie: person.cookies('127.0.0.1'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'action=authorize&account=x',
    })
    await person.press('cancel')
    await person.open(await client.authorizationUrl({ scope: 'zone.read dns.write openid' }))
    await person.press('authorize')
    await client.exchange(person.callback?.searchParams.get('code') ?? '')
    await person.open(CONNECTED)
    await person.open(`${DASH}/oauth2/logout`)
    await person.open(CONNECTED)
    await controlOf(fetch)('PUT', 'auto-sign-in', { ...ADA, consent: 'deny' })
    await client.authorization()
    await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
    for (const change of [
      { code_challenge: undefined },
      { code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge: undefined, code_challenge_method: undefined },
    ]) {
      await client.authorization(change)
    }
    const leave = `${DASH}/oauth2/sessions/logout`
    const to = 'post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&state=a+b'
    await send('GET', `${leave}?client_id=${client.clientId}&${to}`)
    await send('GET', `${leave}?${to}`)
    await send('GET', `${leave}?id_token_hint=x.y.z&${to}`)
  },
}

const token: Scenario = {
  name: 'dash-token',
  of: 'dash',
  settings: SETTINGS,
  async run({ fetch, send }) {
    const control = controlOf(fetch)
    await control('PUT', 'auto-sign-in', ADA)
    const client = new DashClient(fetch)
    const first = await client.code()
    for (const change of [
      { grant_type: undefined },
      { grant_type: 'password' },
      { grant_type: 'client_credentials' },
      { client_id: undefined },
      { client_id: 'f'.repeat(32) },
      { client_id: SECRET_CLIENT },
      { client_secret: 'x' },
      { code: undefined },
      { code: 'x' },
      { redirect_uri: undefined },
      { redirect_uri: 'https://app.example/other' },
      { code_verifier: undefined },
      { code_verifier: 'short' },
      { code_verifier: 'b'.repeat(43) },
    ]) {
      await client.exchange(first, change)
    }
    const code = await client.code({ scope: 'zone.read openid offline_access', nonce: 'n' })
    const answer = await client.exchange(code, {}, { origin: PAGE })
    const tokens = (await answer.json()) as Record<string, string>
    await client.exchange(await client.code(), {}, { origin: 'https://evil.example' })
    await client.exchange('x', {}, { origin: PAGE })
    await client.userinfo(tokens.access_token ?? '')
    await client.userinfo('x')
    await send('POST', `${DASH}/oauth2/userinfo`)
    await client.refresh(tokens.refresh_token ?? '', { client_id: POST_CLIENT })
    await client.refresh('x')
    await client.refresh(tokens.refresh_token ?? '', { scope: 'zone.edit' })
    const next = (await (await client.refresh(tokens.refresh_token ?? '')).json()) as typeof tokens
    await client.refresh(tokens.refresh_token ?? '')
    await client.userinfo(next.access_token ?? '')
    await client.exchange(code)
    const more = await client.connect()
    await client.revoke('x')
    await client.revoke(more.access_token, { client_id: POST_CLIENT })
    await client.revoke(more.access_token)
    await client.userinfo(more.access_token)
    await client.revoke(more.refresh_token)
    await client.refresh(more.refresh_token)
    await client.post('/oauth2/device/auth', { client_id: client.clientId })
    const late = await client.code()
    await control('PATCH', 'clock', { advance: '16m' })
    await client.exchange(late)
    await send('POST', `${DASH}/oauth2/token`, { body: '{}', headers: { origin: PAGE } })
  },
}

const clientAuth: Scenario = {
  name: 'dash-client-authentication',
  of: 'dash',
  settings: SETTINGS,
  async run({ fetch }) {
    await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
    for (const id of [SECRET_CLIENT, POST_CLIENT]) {
      const client = new DashClient(fetch, id)
      const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })
      const none = { client_id: undefined }
      // An unauthenticated client cannot redeem a code.
      const code = await client.code()
      await client.exchange(code)
      await client.exchange(code, none, basic(`${id}:wrong`))
      await client.exchange(code, none, basic('no colon'))
      await client.exchange(code, none, basic('%:%zz'))
      await client.exchange(code, { client_secret: 'wrong' })
      await client.exchange(code, { client_secret: SECRET })
      await client.exchange(code, none, basic(`${id}:${SECRET}`))
    }
  },
}

const connected: Scenario = {
  name: 'dash-connected-applications',
  // The list is learned from events.
  of: 'api',
  settings: SETTINGS,
  async run({ fetch, send }) {
    const client = new DashClient(fetch)
    await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
    const tokens = await client.connect({ redirect_uri: CALLBACK })
    const authorization = `Bearer ${tokens.access_token}`
    await send('GET', `${APP}/client/v4/zones`, { headers: { authorization } })
    await send('GET', `${APP}/client/v4/user`, { headers: { authorization } })
    await controlOf(fetch)('PUT', 'auto-sign-in', null)
    const person = new Person(fetch)
    await person.open(CONNECTED)
    await person.press('ada@example.com')
    await person.press('Revoke')
    await client.userinfo(tokens.access_token)
    await send('POST', CONNECTED, { headers: { cookie: person.cookies('127.0.0.1') } })
  },
}

export const DASHBOARD = [paths, authorization, token, clientAuth, connected]
