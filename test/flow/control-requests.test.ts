import { beforeEach, describe, expect, it } from 'vitest'
import { emulatorControl } from '../../src/emulator'
import { APP, application, emulator, TEAM } from '../support/emulator'

const world = emulator({ APPLICATIONS: [application({ aud: 'a'.repeat(64) })] })
beforeEach(world.reset)

type Sent = { headers?: Record<string, string>; body?: string }
const send = (method: string, path: string, sent: Sent = {}) =>
  world.fetch(`${APP}/_emulator/${path}`, { method, ...sent })
const told = async (response: Response) =>
  ((await response.json()) as { error_description: string }).error_description

describe('A body of the control', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  it.each([FORM, { 'content-type': 'text/plain' }])(
    'is JSON, whatever its type says: %j',
    async (headers) => {
      const sent = { headers, body: '{"advance":"16m"}' }
      expect((await send('PATCH', 'clock', sent)).status).toBe(200)
    },
  )

  it.each([FORM, { 'content-type': 'text/plain' }])(
    'of a web page has to say that it is JSON, because a form of another site cannot: %j',
    async (headers) => {
      const sent = { headers: { ...headers, origin: APP }, body: '{"advance":"16m"}' }
      const response = await send('PATCH', 'clock', sent)
      expect([response.status, await told(response)]).toEqual([
        400,
        'Content-Type must be application/json',
      ])
    },
  )

  it('may be left out if it has no required member', async () => {
    expect((await send('PUT', 'faults/lost-rotation')).status).toBe(200)
    expect(await told(await send('POST', 'tokens'))).toContain('email: it is missing')
  })

  it.each([
    ['POST', 'tokens', '{"mail":"ada@example.com"}', 'unknown member mail, did you mean email?'],
    ['POST', 'tokens', '{"person":"ada"}', 'unknown member person, expected one of email, '],
    ['PUT', 'auto-sign-in', '[{"mail":"x"}]', 'unknown member mail, did you mean email?'],
    ['PATCH', 'clock', '{"advance":16}', "To go back, send {'now'}"],
    ['PATCH', 'clock', '{"advance":"-16m"}', 'expected a duration of 1s or more'],
    ['PATCH', 'clock', '{"advance":"-16m"}', "To go back, send {'now'}"],
    ['PATCH', 'clock', '{"forward":"16m"}', "expected {'advance':'16m'}"],
    ['POST', 'tokens', '{', 'the body is not valid JSON'],
  ])('with a mistake is a 400 that names it: %s %s %s', async (method, path, body, message) => {
    const response = await send(method, path, { body })
    expect([response.status, await told(response)]).toEqual([400, expect.stringContaining(message)])
  })

  it.each([
    ['faults/x', 'fault x does not exist: expected one of slow, error'],
    ['faults/lost-rotaton', 'fault lost-rotaton does not exist: did you mean lost-rotation?'],
    ['quirks/x', 'quirk x does not exist: expected one of https-redirect-rules'],
    ['quirks/refresh-gracee', 'quirk refresh-gracee does not exist: did you mean refresh-grace?'],
  ])(
    'for a name that does not exist is a 404 with the nearest, or all of them: %s',
    async (path, message) => {
      const response = await send('PUT', path, { body: '{}' })
      expect([response.status, await told(response)]).toEqual([
        404,
        expect.stringContaining(message),
      ])
    },
  )

  it('of a query with a mistake names the parameter that was meant', async () => {
    const message = await told(await send('GET', 'events?outcom=refused'))
    expect(message).toBe('the query: unknown member outcom, did you mean outcome?')
  })
})

describe('A method that a path does not have', () => {
  it.each([
    ['POST', 'faults/slow', 'DELETE, PUT'],
    ['PUT', 'clock', 'GET, PATCH'],
    ['GET', 'reset', 'POST'],
    ['DELETE', 'auto-sign-in', 'GET, PUT'],
  ])('%s %s is 405 with Allow: %s (RFC 9110 15.5.6)', async (method, path, allow) => {
    const response = await send(method, path)
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
    expect(await told(response)).toBe(
      `/_emulator/${path} does not accept ${method}: use ${allow.replace(', ', ' or ')}`,
    )
  })

  it('is 404 if the path does not exist', async () => {
    const response = await send('PUT', 'nothing')
    expect([response.status, response.headers.get('allow')]).toEqual([404, null])
  })
})

describe('A revocation', () => {
  it('of a person of whom nothing is known warns', async () => {
    const revoke = async (person: string) =>
      (await send('POST', 'revoke', { body: JSON.stringify({ person }) })).json()
    expect(await revoke('nobody@example.com')).toEqual({
      revoked: { person: 'nobody@example.com' },
      note: expect.stringContaining('nobody@example.com'),
    })
    expect(await revoke('ada@example.com')).toEqual({ revoked: { person: 'ada@example.com' } })
  })
})

it('GET /_emulator/urls has what a server needs to verify assertions', async () => {
  expect(await (await send('GET', 'urls')).json()).toEqual({
    application: APP,
    mcp_server: `${APP}/mcp`,
    team_domain: TEAM,
    console: `${APP}/_emulator/`,
    api: `${APP}/client/v4`,
    issuer: TEAM,
    aud: 'a'.repeat(64),
    certs: `${TEAM}/cdn-cgi/access/certs`,
    portals: [],
  })
})

describe('GET /_emulator/openapi.json', () => {
  type Described = { requestBody?: object; parameters?: { name: string }[] }
  const document = async () =>
    (await (await send('GET', 'openapi.json')).json()) as {
      openapi: string
      servers: { url: string }[]
      paths: Record<string, Record<string, Described>>
    }
  // Pages are not described.
  const IS_PAGE = /^\/(\*|sign-in|console|configure|)(\/|$)/

  it('describes every route of the control, and nothing else', async () => {
    const { openapi, paths, servers } = await document()
    expect([openapi, servers]).toEqual(['3.1.0', [{ url: `${APP}/_emulator` }]])
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const routed = emulatorControl.routes
      .filter(({ method, path }) => method !== 'ALL' && !IS_PAGE.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual([...new Set(routed)].sort())
  })

  it.each([
    ['put', '/auto-sign-in', 'anyOf'],
    ['patch', '/clock', 'anyOf'],
    ['post', '/settings', 'type'],
    ['put', '/people', 'anyOf'],
    ['put', '/faults/{name}', 'anyOf'],
  ])('has the form of the body: %s %s', async (method, path, form) => {
    const content = ['requestBody', 'content', 'application/json', 'schema', form]
    expect((await document()).paths[path]?.[method]).toHaveProperty(content)
  })

  it.each(['/events', '/clients', '/grants'])('has the query of %s', async (path) => {
    const names = (await document()).paths[path]?.get?.parameters?.map(({ name }) => name)
    expect(names).toContain(path === '/events' ? 'ray' : 'cursor')
  })

  it('has no body for a GET', async () => {
    expect((await document()).paths['/clock']?.get).not.toHaveProperty('requestBody')
  })
})
