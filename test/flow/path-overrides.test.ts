import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import { APP, application, emulator } from '../support/emulator'
import { observer } from '../support/observer'

const destinations = [
  {
    type: 'public',
    uri: 'localhost',
    overrides: [
      { behavior: 'public', path_pattern: '/hooks/*' },
      { behavior: 'public', path_pattern: '/open' },
    ],
  },
]
const ORIGIN = {
  fetch: ({ headers }: Request) => new Response(String(headers.has('cf-access-jwt-assertion'))),
}
const world = emulator({
  APPLICATIONS: [application({ domain: undefined, destinations })],
  ORIGIN,
})
const { eventOf } = observer(world.fetch)
beforeEach(world.reset)

describe('An override with behavior public [K39]', () => {
  it.each(['/hooks/stripe', '/hooks/a/b', '/open', '/hooks/x?y=z'])('opens %s', async (path) => {
    const response = await world.fetch(APP + path)
    expect([response.status, await response.text()]).toEqual([200, 'false'])
    expect(await eventOf(response, 'admission')).toMatchObject({
      by: 'bypass',
      rule: 'K39',
      why: expect.stringContaining('override'),
    })
  })

  it.each(['/hooks', '/open/below', '/opened', '/', '/mcp'])(
    'opens nothing else: %s',
    async (path) => {
      expect((await world.fetch(APP + path)).status).toBe(401)
    },
  )

  it('forwards a CORS preflight to the origin, and an assertion never', async () => {
    const headers = { origin: 'https://page.example', 'access-control-request-method': 'POST' }
    const preflight = (path: string) => world.fetch(APP + path, { method: 'OPTIONS', headers })
    expect((await preflight('/open')).status).toBe(200)
    expect((await preflight('/mcp')).status).toBe(403)
    const forged = { 'cf-access-jwt-assertion': 'a.b.c' }
    expect(await (await world.fetch(`${APP}/open`, { headers: forged })).text()).toBe('false')
  })

  it('opens nothing at another destination of the application', async () => {
    const all = [...destinations, { type: 'public', uri: 'other.example' }]
    const { fetch } = emulator({
      APPLICATIONS: [application({ domain: undefined, destinations: all })],
      ORIGIN,
    })
    expect((await fetch('http://other.example:8788/open')).status).toBe(401)
    expect((await fetch(`${APP}/open`)).status).toBe(200)
  })

  it('does not open what another application covers more closely', async () => {
    const { fetch } = emulator({
      APPLICATIONS: [
        application({ domain: undefined, destinations }),
        application({ name: 'Inner', domain: 'localhost/hooks' }),
      ],
      ORIGIN,
    })
    expect((await fetch(`${APP}/hooks/stripe`)).status).toBe(401)
    expect((await fetch(`${APP}/open`)).status).toBe(200)
  })
})

describe('An override in the API [K39]', () => {
  const cloudflare = api(world.fetch)
  const create = (override: object) =>
    cloudflare.post<Item>(`${ACCOUNT}/access/apps`, {
      name: 'Hooks',
      type: 'self_hosted',
      destinations: [{ type: 'public', uri: 'hooks.example', overrides: [override] }],
    })

  it('is returned as sent, and decides the next request', async () => {
    const override = { behavior: 'public', path_pattern: '/in/*' }
    const { status, body } = await create(override)
    expect(status).toBe(201)
    expect(body.result.destinations).toEqual([
      { type: 'public', uri: 'hooks.example', overrides: [override] },
    ])
    expect((await world.fetch('http://hooks.example/in/1')).status).toBe(200)
    expect((await world.fetch('http://hooks.example/out')).status).toBe(302)
  })

  it.each([
    [{ behavior: 'secret', path_pattern: '/x' }, 'behavior'],
    [{ behavior: 'public', path_pattern: 'x' }, 'path_pattern'],
    [{ behavior: 'public', path_pattern: '/*a*' }, 'path_pattern'],
    [{ behavior: 'public' }, 'path_pattern'],
  ])('is refused with the name of its wrong member: %j', async (override, member) => {
    const { status, body } = await create(override)
    expect([status, body.errors[0]?.source?.pointer]).toEqual([
      400,
      `/destinations/0/overrides/0/${member}`,
    ])
  })
})
