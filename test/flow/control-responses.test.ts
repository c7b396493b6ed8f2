import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import control from '../../docs/control.md?raw'
import { emulatorControl } from '../../src/emulator'
import { RESPONSES } from '../../src/emulator/responses'
import type { Item } from '../support/api'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, emulator } from '../support/emulator'
import { Person } from '../support/person'
import {
  connectToPortal,
  namedTools,
  PortalAdmin,
  PortalClient,
  portalWithOAuth,
} from '../support/portal'
import { upstreams } from '../support/upstreams'

type Route = keyof typeof RESPONSES

const world = emulator()
const send = controlOf(world.fetch)
const routes = Object.keys(RESPONSES) as Route[]
const split = (route: string) => route.split(' ') as [method: string, path: string]

// Each route once, in this order: a record is read before it is ended or replaced.
const REQUESTS: Partial<Record<Route, unknown>> = {
  'PUT auto-sign-in': [{ ...ADA }, { email: 'grace@example.com', times: 2 }],
  'PATCH clock': { advance: '1m' },
  'POST revoke': { person: 'grace@example.com' },
  'POST tokens': ADA,
  'POST assertions': ADA,
  'POST check-origin': {},
  'PUT dns': { 'example.com': ['a record'] },
  'PUT people': null,
  'POST settings': { CODE_LIFETIME: '10s' },
  'PUT faults': { 'lost-rotation': { times: 1 } },
  'PUT faults/{name}': { delay: '1s', endpoint: 'token', times: 3 },
  'PUT quirks/{name}': { on: true },
}
const names: Record<string, string> = { faults: 'slow', quirks: 'refresh-grace' }
const bodies = new Map<Route, unknown>()

async function idsFor(path: string): Promise<string> {
  const [list = ''] = path.split('/')
  if (path.endsWith('/sees')) return `portals/tools/sees?email=${ADA.email}`
  if (path.includes('{name}')) return path.replace('{name}', names[list] ?? '')
  if (!path.includes('{')) return path
  const body = (await (await send('GET', list)).json()) as Record<
    string,
    { id: string; tokens?: { id: string }[] }[]
  >
  const one = body[list]?.[0]
  return path.replace('{id}', one?.id ?? '').replace('{token}', one?.tokens?.[0]?.id ?? '')
}

/** Makes a portal with a server at which an administrator and the portal's client are known, and a client. */
async function usePortal() {
  const admin = new PortalAdmin(world.fetch)
  const { docs } = upstreams({ docs: namedTools('docs') })
  const oauth = await portalWithOAuth(admin, docs, { mapping: { on_behalf: false } })
  const { url } = (await (await send('POST', 'upstreams/docs/admin-grant')).json()) as Item
  await world.fetch(oauth.allow(new URL(String(url))))
  const { access_token: token } = await connectToPortal(world.fetch)
  await PortalClient.of(world.fetch, token).tools()
}

// Requests that end a record come after those that read it.
const ORDER = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE']
const rank = (route: Route) => {
  if (route === 'POST reset') return ORDER.length + 1
  if (route === 'DELETE grants/{id}/tokens/{token}') return ORDER.indexOf('DELETE') - 0.5
  if (route === 'DELETE clients/{id}') return ORDER.length
  if (/^DELETE (clients|grants|sessions)$/.test(route)) return ORDER.length + 0.5
  return ORDER.indexOf(split(route)[0])
}

afterAll(() => vi.restoreAllMocks())
beforeAll(async () => {
  await world.reset()
  const person = new Person(world.fetch)
  await person.open(`${APP}/whoami`)
  await person.press('ada@example.com')
  await world.signIn(ADA)
  await new Client(world.fetch).connect()
  await usePortal()
  const state = await (await send('GET', 'state')).json()
  for (const route of routes.toSorted((a, b) => rank(a) - rank(b))) {
    const [method, path] = split(route)
    const body = route === 'PUT state' ? state : REQUESTS[route]
    const response = await send(method, await idsFor(path), body)
    expect([route, response.status]).toEqual([route, 200])
    bodies.set(route, await response.json())
  }
})

describe('A response of the control is what its schema says, and nothing else', () => {
  it.each(routes)('%s', (route) => {
    const body = bodies.get(route)
    expect(RESPONSES[route].parse(body)).toEqual(body)
  })

  it('with lists that have something in them', () => {
    const lists = ['clients', 'grants', 'sessions', 'events', 'faults', 'quirks'] as const
    for (const list of [...lists, 'portals', 'upstreams'] as const) {
      expect(bodies.get(`GET ${list}`)).toHaveProperty(`${list}.0`)
    }
    expect(bodies.get('GET portals')).toHaveProperty('portals.0.callers.0.servers.0.why')
    expect(bodies.get('GET grants')).toHaveProperty('grants.0.tokens.0.id')
  })
})

describe('The control', () => {
  it('has a schema for every route of JSON, and no schema too many', () => {
    const found = emulatorControl.routes
      .filter(
        ({ method, path }) =>
          method !== 'ALL' && !/^\/(\*|sign-in|console|configure|)(\/|$)/.test(path),
      )
      .map(({ method, path }) => `${method} ${path.slice(1).replace(/:(\w+)/g, '{$1}')}`)
    expect(new Set(found)).toEqual(new Set(routes))
  })

  it.each([...new Set(routes.map((route) => split(route)[1]))])(
    'is described in docs/control.md: %s',
    (path) => {
      // A token is a part of its grant's row.
      const [row = ''] = path.split('/tokens/')
      expect(control).toMatch(new RegExp(`^\\| .*\`/_emulator/${row}\``, 'm'))
    },
  )
})
