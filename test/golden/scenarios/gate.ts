import { Client } from '../../support/client'
import { controlOf } from '../../support/control'
import { ADA, APP, TEAM } from '../../support/emulator'
import { Person } from '../../support/person'
import { credentials, serviceToken } from '../../support/service-token'
import type { Scenario } from '../replay'
import { NAVIGATION, PAGE, preflight, SETTINGS } from './settings'

const METADATA = [
  '/.well-known/cloudflare-access-protected-resource',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-authorization-server',
]

const metadata: Scenario = {
  name: 'gate-metadata',
  of: 'gate',
  settings: SETTINGS,
  async run({ send }) {
    for (const origin of [APP, TEAM, 'http://off.example', 'http://path.example']) {
      for (const path of METADATA) await send('GET', origin + path)
    }
    for (const path of METADATA) {
      await send('GET', `${APP}${path}/mcp/deep`)
      await send('GET', `http://path.example${path}/deep/er/x`)
      await send('GET', APP + path.replaceAll('-', '%2d'))
      await send('HEAD', APP + path)
      await send('OPTIONS', APP + path, { headers: preflight('GET') })
      await send('POST', APP + path)
      await send('GET', `http://nobody.invalid${path}`)
    }
    await send('OPTIONS', `${TEAM}${METADATA[2]}`, { headers: preflight('GET') })
    await send('POST', `${TEAM}${METADATA[2]}`)
    await send('GET', `${TEAM}${METADATA[2]}/x`, { headers: { origin: PAGE } })
    for (const path of ['/cdn-cgi/access/certs', '/.access/certs']) {
      await send('GET', TEAM + path)
      await send('GET', APP + path)
    }
    await send('HEAD', `${TEAM}/cdn-cgi/access/certs`)
    await send('OPTIONS', `${TEAM}/cdn-cgi/access/certs`, { headers: preflight('GET') })
    await send('POST', `${TEAM}/cdn-cgi/access/certs`)
    await send('GET', 'https://team.example/.well-known/oauth-authorization-server', {
      bindings: { TEAM_DOMAIN: 'team.example', ACCESS_PATH: '/.access' },
    })
  },
}

const challenges: Scenario = {
  name: 'gate-challenges',
  of: 'gate',
  settings: SETTINGS,
  async run({ send }) {
    const hosts = ['localhost:8788', 'off.example', 'machines.example', 'both.example']
    const good = credentials()
    const bad = credentials(serviceToken({ client_secret: 'wrong' }))
    for (const host of [...hosts, 'cors.example', 'nobody.invalid', 'away.example']) {
      await send('GET', `http://${host}/mcp?x=1`)
      await send('GET', `http://${host}/page?x=1`, { headers: NAVIGATION })
    }
    for (const host of hosts) {
      await send('GET', `http://${host}/`, { headers: { 'x-requested-with': 'XMLHttpRequest' } })
      await send('GET', `http://${host}/`, { headers: { ...good, accept: 'application/json' } })
      await send('POST', `http://${host}/`, { headers: bad, body: '{}' })
    }
    await send('GET', 'http://machines.example/', { headers: { accept: 'application/json' } })
    for (const token of ['x', 'oauth:', `oauth:${'a'.repeat(65)}`, 'eyJhbGciOiJub25lIn0.e30.']) {
      await send('GET', `${APP}/mcp`, { headers: { authorization: `Bearer ${token}` } })
    }
    await send('GET', `${APP}/mcp`, { headers: { authorization: 'Basic eDp5' } })
    await send('GET', `${APP}/mcp`, { headers: { cookie: 'CF_Authorization=x.y.z' } })
    await send('GET', `${APP}/mcp`, { headers: { 'cf-access-token': 'x.y.z' } })
    await send('HEAD', `${APP}/mcp`)
    await send('GET', `${APP}/mcp`, { headers: { origin: PAGE } })
    await send('GET', 'https://localhost/page', { headers: NAVIGATION })
  },
}

const cors: Scenario = {
  name: 'gate-cors',
  of: 'gate',
  settings: SETTINGS,
  async run({ send }) {
    const hosts = ['localhost:8788', 'off.example', 'cors.example', 'handed.example']
    for (const host of [...hosts, 'open.example', 'nobody.invalid']) {
      await send('OPTIONS', `http://${host}/mcp`, { headers: preflight('POST') })
      await send('OPTIONS', `http://${host}/mcp`, {
        headers: preflight('DELETE', 'https://evil.example', 'x-other'),
      })
      await send('OPTIONS', `http://${host}/mcp`)
      await send('GET', `http://${host}/mcp`, { headers: { origin: PAGE } })
    }
  },
}

const serviceAuth: Scenario = {
  name: 'gate-service-tokens',
  of: 'gate',
  settings: SETTINGS,
  async run(world) {
    const { send } = world
    const headers = credentials()
    const old = credentials(serviceToken({ client_id: 'fedcba9876543210fedcba9876543210.access' }))
    for (const host of ['machines.example', 'both.example', 'localhost:8788']) {
      const { headers: answered } = await send('GET', `http://${host}/whoami`, { headers })
      const cookie = new Headers(answered).get('set-cookie')?.split(';')[0]
      if (cookie) await send('GET', `http://${host}/whoami`, { headers: { cookie } })
      await send('GET', `http://${host}/whoami`, { headers: old })
    }
    await send('GET', 'http://machines.example/whoami', { headers: NAVIGATION })
    await send('GET', 'http://machines.example/cdn-cgi/access/get-identity', { headers })
  },
}

const sessions: Scenario = {
  name: 'gate-browser-session',
  of: 'gate',
  settings: SETTINGS,
  async run(world) {
    const { fetch, send } = world
    const person = new Person(fetch, [
      ...['localhost:8788', '127.0.0.1:8788', 'off.example', 'away.example', 'path.example'],
    ])
    await person.open(`${APP}/whoami?a=b`)
    await person.press('Log in', { email: 'not an address' })
    await person.open(`${APP}/whoami?a=b`)
    await person.press('ada@example.com')
    await person.open(`${APP}/`)
    await person.open(`${APP}/cdn-cgi/access/get-identity`)
    await person.open(`${TEAM}/cdn-cgi/access/get-identity`)
    await person.open(`${APP}/nothing`)
    await person.open('http://off.example/whoami')
    await person.open('http://path.example/deep/er/x')
    await person.open('http://away.example/')
    const cookie = person.cookies('localhost:8788')
    const token = cookie.match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
    await send('GET', `${APP}/whoami`, { headers: { 'cf-access-token': token } })
    await send('GET', `${APP}/whoami`, { headers: { authorization: `Bearer ${token}` } })
    await send('GET', 'http://off.example/whoami', { headers: { 'cf-access-token': token } })
    await person.open(`${APP}/cdn-cgi/access/logout`)
    await send('GET', `${APP}/whoami`, { headers: { 'cf-access-token': token } })
    await person.open(`${TEAM}/cdn-cgi/access/logout`)
    await person.open(`${APP}/cdn-cgi/access/get-identity`)
    await person.open(`${APP}/whoami`)
    await person.press('mallory@blocked.example')
    await person.open(`${APP}/cdn-cgi/access/authorized`)
    await person.open(`${TEAM}/cdn-cgi/access/login/localhost:8788`)
    await person.open(`${TEAM}/cdn-cgi/access/callback?state=x&code=y`)
    await person.open(`${TEAM}/cdn-cgi/access/nothing`)
    await person.open(`${APP}/cdn-cgi/access/oauth/token`)
    await send('GET', `${TEAM}/cdn-cgi/access/nothing`)
    await send('GET', `${APP}/.access/oauth/authorization`)
  },
}

const automatic: Scenario = {
  name: 'gate-automatic-sign-in',
  of: 'gate',
  settings: SETTINGS,
  async run(world) {
    const { fetch } = world
    await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
    const person = new Person(fetch, ['localhost:8788', '127.0.0.1:8788', 'off.example'])
    await person.open(`${APP}/whoami`)
    await person.open('http://off.example/whoami')
    await person.open(`${TEAM}/cdn-cgi/access/get-identity`)
  },
}

const origin: Scenario = {
  name: 'gate-origin',
  of: 'gate',
  settings: { ...SETTINGS, ORIGIN: { fetch: echo } },
  async run(world) {
    const { fetch, send } = world
    await controlOf(fetch)('PUT', 'auto-sign-in', ADA)
    const client = new Client(fetch)
    const { tokens } = await client.connect()
    const authorization = `Bearer ${tokens.access_token}`
    const sent = {
      authorization,
      cookie: 'a=b; CF_AppSession=n0123456789abcdef; c=d',
      'cf-access-jwt-assertion': 'forged',
      'x-own': 'kept',
    }
    await send('GET', `${APP}/path?x=1`, { headers: sent })
    await send('POST', `${APP}/path`, { headers: sent, body: 'a body' })
    await send('HEAD', `${APP}/path`, { headers: sent })
    await send('GET', 'http://open.example/path', { headers: { 'cf-access-jwt-assertion': 'x' } })
    await send('GET', 'http://nobody.invalid/path', { headers: { 'x-own': 'kept' } })
    await send('GET', 'http://machines.example/path', { headers: credentials() })
    await send('OPTIONS', 'http://handed.example/path', { headers: preflight('GET') })
    await send('GET', `${APP}/redirect`, { headers: sent })
    await send('GET', `${APP}/fail`, { headers: sent })
  },
}

async function echo(input: Request | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init)
  const { method, url } = request
  const { pathname } = new URL(url)
  if (pathname === '/fail') throw new Error('the origin is not there')
  if (pathname === '/redirect')
    return new Response(null, { status: 307, headers: { location: '/' } })
  const headers = Object.fromEntries(request.headers)
  const answer = { method, url, headers, body: await request.text() }
  return Response.json(answer, { headers: { 'x-origin': 'yes', 'set-cookie': 'of=origin' } })
}

export const GATE = [metadata, challenges, cors, serviceAuth, sessions, automatic, origin]
