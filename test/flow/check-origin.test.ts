import { createRemoteJWKSet, customFetch, type JWTVerifyOptions, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { bearer, Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, application, emulator, TEAM } from '../support/emulator'
import { observer } from '../support/observer'

const AUD = 'a'.repeat(64)
type Verify = (assertion: string, request: Request) => Promise<void> | void

/** An origin with a verifier of its own. Its statuses are those of a real server. */
function origin(verify: Verify, seen: Request[] = []) {
  return {
    fetch: async (request: Request) => {
      seen.push(request.clone() as Request)
      const assertion = request.headers.get('cf-access-jwt-assertion')
      if (assertion === null) return new Response('no assertion', { status: 401 })
      try {
        await verify(assertion, request)
      } catch {
        return new Response('not valid', { status: 403 })
      }
      return new Response('hello')
    },
  }
}
const worldWith = (fetcher: object) =>
  emulator({ ORIGIN: fetcher, APPLICATIONS: [application({ aud: AUD })] })

const published = createRemoteJWKSet(new URL(`${TEAM}/cdn-cgi/access/certs`), {
  [customFetch]: (url) => emulator().fetch(String(url)),
  cooldownDuration: 0,
})
const STRICT = { issuer: TEAM, audience: AUD, algorithms: ['RS256'] }
const verifying =
  (options: JWTVerifyOptions): Verify =>
  async (assertion) => {
    await jwtVerify(assertion, published, options)
  }

type Report = {
  verifies: boolean | null
  why: string
  request: string
  expected: object
  checks: { assertion: string; status: number | null; result: string | null; change: string }[]
}
async function check(fetcher: object, body: object = {}): Promise<Report> {
  const response = await controlOf(worldWith(fetcher).fetch)('POST', 'check-origin', body)
  expect(response.status).toBe(200)
  return response.json()
}
const letIn = ({ checks }: Report) =>
  checks.filter(({ result }) => result === 'let-in').map(({ assertion }) => assertion)
const changed = ({ checks }: Report) =>
  checks.filter(({ change }) => change !== null).map(({ assertion }) => assertion)

beforeEach(() => emulator().reset())

describe('POST /_emulator/check-origin', () => {
  it('sends one good assertion and six that the origin has to refuse', async () => {
    const seen: Request[] = []
    const report = await check(origin(verifying(STRICT), seen))
    expect(report).toMatchObject({
      verifies: true,
      why: 'The origin accepts the valid assertion and refuses all others.',
      request: `POST ${APP}/mcp`,
      expected: { aud: AUD, issuer: TEAM, certs: `${TEAM}/cdn-cgi/access/certs` },
    })
    expect(report.checks.map(({ assertion, status }) => [assertion, status])).toEqual([
      ['good', 200],
      ['expired', 403],
      ['wrong-aud', 403],
      ['wrong-iss', 403],
      ['unsigned', 403],
      ['foreign-key', 403],
      ['missing', 401],
    ])
    expect(changed(report)).toEqual([])
    // The e-mail header alone is no proof, so every request has it.
    const emails = seen.map(({ headers }) => headers.get('cf-access-authenticated-user-email'))
    expect(emails).toEqual(Array(7).fill(ADA.email))
    expect(await seen[0]?.json()).toMatchObject({ method: 'initialize' })
  })

  it.each<[string, Verify, string[]]>([
    [
      'verifies nothing',
      () => {},
      ['expired', 'wrong-aud', 'wrong-iss', 'unsigned', 'foreign-key'],
    ],
    ['compares no audience', verifying({ ...STRICT, audience: undefined }), ['wrong-aud']],
    ['compares no issuer', verifying({ ...STRICT, issuer: undefined }), ['wrong-iss']],
    [
      'allows an expired assertion',
      verifying({ ...STRICT, clockTolerance: '10 days' }),
      ['expired'],
    ],
  ])('reports what an origin lets in that %s', async (_, verify, wrong) => {
    const report = await check(origin(verify))
    expect([report.verifies, letIn(report), changed(report)]).toEqual([
      false,
      ['good', ...wrong],
      wrong,
    ])
    expect(report.why).toContain(`let in ${wrong.length} of 6`)
  })

  it('reports an origin that trusts the e-mail header', async () => {
    const report = await check({ fetch: async () => new Response('hello') })
    expect(changed(report)).toContain('missing')
    expect(report.checks.at(-1)?.change).toContain(
      'Refuse requests without Cf-Access-Jwt-Assertion',
    )
  })

  it('reports an origin that refuses the good assertion, with the values to configure', async () => {
    const report = await check(origin(verifying({ ...STRICT, audience: 'another' })))
    expect([report.verifies, changed(report)]).toEqual([false, ['good']])
    expect(report.checks[0]?.change).toContain(`audience ${AUD}, issuer ${TEAM}`)
    await emulator().advance('1h')
    const late = await check(origin(verifying({ ...STRICT, audience: 'another' })))
    expect(late.why).toContain('The emulated clock differs from the real time')
  })

  it('shows nothing if every response is the same error', async () => {
    const report = await check({ fetch: async () => new Response('', { status: 404 }) })
    expect([report.verifies, letIn(report), changed(report)]).toEqual([null, [], []])
    expect(report.why).toContain('404 to every request')
  })

  it('stops at an origin that does not respond', async () => {
    let requests = 0
    const fetch = async () => {
      requests++
      throw new Error('connection refused')
    }
    const report = await check({ fetch })
    expect([report.verifies, requests]).toEqual([null, 1])
    expect(report.why).toBe('The origin cannot be reached. Start it, and check again.')
  })

  it('sends a GET to the path of the body, as the person of the body', async () => {
    const seen: Request[] = []
    const body = { path: '/hello?a=b', email: 'grace@example.com' }
    const report = await check(origin(verifying(STRICT), seen), body)
    expect(report.request).toBe(`GET ${APP}/hello?a=b`)
    expect([seen[0]?.method, seen[0]?.url]).toEqual(['GET', `${APP}/hello?a=b`])
    expect(seen[0]?.headers.get('cf-access-authenticated-user-email')).toBe('grace@example.com')
  })

  it.each([
    [{ path: 'hello' }, 'expected a path such as /mcp'],
    [{ path: '/cdn-cgi/access/certs' }, 'expected a path of the origin'],
    [{ application: 'Other' }, 'Other does not exist'],
  ])('refuses %j', async (body, message) => {
    const world = worldWith(origin(() => {}))
    const response = await controlOf(world.fetch)('POST', 'check-origin', body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error_description: string }).error_description).toContain(
      message,
    )
  })

  it('records one event, whatever the origin responds', async () => {
    const world = worldWith(origin(verifying(STRICT)))
    await controlOf(world.fetch)('POST', 'check-origin', {})
    const kinds = (await world.events()).map(({ kind }) => kind)
    // The origin fetches the keys.
    expect(kinds.filter((kind) => kind !== 'discovery')).toEqual(['control'])
  })
})

describe('The event of an admitted request tells the origin apart from Access', () => {
  async function admitted(fetcher: object) {
    const world = worldWith(fetcher)
    await world.signIn(ADA)
    const client = new Client(world.fetch)
    const { tokens } = await client.connect()
    const response = await world.fetch(`${APP}/page`, { headers: bearer(tokens.access_token) })
    const [event] = await observer(world.fetch).eventsOf(response)
    return event
  }

  it('that responds', async () => {
    const event = await admitted({ fetch: async () => new Response('hello') })
    expect(event).toMatchObject({
      outcome: 'allowed',
      origin: 'responded',
      status: 200,
      rule: 'O1',
    })
    expect(event).not.toHaveProperty('assertion')
  })

  it.each([401, 403])('that refuses with %s: which aud and iss it was given', async (status) => {
    const event = await admitted({ fetch: async () => new Response('no', { status }) })
    expect(event).toMatchObject({
      outcome: 'allowed',
      origin: 'responded',
      status,
      assertion: { aud: [AUD], iss: TEAM },
      why: `Admitted; your origin responded with ${status}. It received an assertion with aud ${AUD} and iss ${TEAM}. The access token is valid.`,
      change: expect.stringContaining('POST /_emulator/check-origin'),
    })
  })

  it.each([400, 404, 500])('that fails with %s', async (status) => {
    const event = await admitted({ fetch: async () => new Response('', { status }) })
    expect(event).toMatchObject({
      outcome: 'allowed',
      status,
      why: `Admitted; your origin responded with ${status}. The access token is valid.`,
    })
  })

  it('that cannot be reached', async () => {
    const fetch = async () => {
      throw new Error('connection refused')
    }
    const event = await admitted({ fetch })
    expect(event).toMatchObject({
      outcome: 'failed',
      origin: 'unreachable',
      status: 502,
      by: 'access-token',
      why: 'Admitted; the service binding ORIGIN cannot be reached: connection refused. The access token is valid.',
      change: expect.stringContaining('Start your application'),
    })
  })
})
