import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { controlOf } from '../support/control'
import { ADA, APP, application, emulator, MALLORY, stopClock, TEAM } from '../support/emulator'
import { ALLOW, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()
const BOTH = [application({ policies: [ALLOW, SERVICE_AUTH] })]
const TOKENS = [serviceToken()]
const account = (settings: Record<string, unknown> = {}) =>
  emulator({ APPLICATIONS: BOTH, SERVICE_TOKENS: TOKENS, ...settings })
const world = account()
beforeEach(world.reset)

type Signed = { assertion: string; headers: Record<string, string>; cookie?: string }
const sign = async (body: object, { fetch } = world): Promise<Signed> => {
  const response = await controlOf(fetch)('POST', 'assertions', body)
  expect(response.status).toBe(200)
  return response.json()
}
const refused = async (body: object, { fetch } = world) => {
  const response = await controlOf(fetch)('POST', 'assertions', body)
  return { status: response.status, ...((await response.json()) as object) }
}
const CI = { service_token: 'CI' }
const whoami = (headers: Record<string, string>) => world.fetch(`${APP}/whoami`, { headers })

describe('POST /_emulator/assertions', () => {
  it('returns the assertion of a person, signed with a published key, with its headers', async () => {
    const { assertion, headers } = await sign(ADA)
    const keys: JSONWebKeySet = await (await world.fetch(`${TEAM}/cdn-cgi/access/certs`)).json()
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(keys), { issuer: TEAM })
    expect(payload).toMatchObject({
      type: 'app',
      email: ADA.email,
      h_INTERNAL_DO_NOT_USE: 'localhost:8788',
    })
    expect(headers).toEqual({
      'cf-access-jwt-assertion': assertion,
      'cf-access-authenticated-user-email': ADA.email,
    })
  })

  it('returns the cookie with which the browser of the person is admitted', async () => {
    const { assertion, cookie = '' } = await sign(ADA)
    expect(cookie).toBe(`CF_Authorization=${assertion}`)
    const response = await whoami({ cookie })
    const { headers } = (await response.json()) as { headers: Record<string, string> }
    expect(headers['cf-access-jwt-assertion']).toBe(assertion)
  })

  it.each(['id', 'name', 'client_id'] as const)(
    'returns the assertion of a service token, by its %s, and its cookie',
    async (member) => {
      const { client_id, [member]: service_token } = serviceToken()
      const { assertion, headers, cookie = '' } = await sign({ service_token })
      expect(decodeJwt(assertion)).toMatchObject({ common_name: client_id, sub: '' })
      expect(headers).toEqual({ 'cf-access-jwt-assertion': assertion })
      expect((await whoami({ cookie })).status).toBe(200)
    },
  )

  it('has no cookie for a service token in a strict organization [O20]', async () => {
    const strict = account({ ORGANIZATION: { strict_service_token_auth: true } })
    expect(await sign(CI, strict)).not.toHaveProperty('cookie')
  })

  it.each(['mcp.example.com', 'mcp.example.com/mcp', '*.example.com/tools/*'])(
    'is for the application that it names, on any host and path: %s',
    async (domain) => {
      const apps = [application(), application({ name: 'Other', domain, aud: 'f'.repeat(64) })]
      const { assertion } = await sign(
        { ...ADA, application: 'Other' },
        account({ APPLICATIONS: apps }),
      )
      expect(decodeJwt(assertion)).toMatchObject({
        aud: ['f'.repeat(64)],
        h_INTERNAL_DO_NOT_USE: expect.stringMatching(/\.example\.com:8788$/),
      })
    },
  )

  it('sends no request to the origin, and is not struck by faults', async () => {
    let requests = 0
    const ORIGIN = {
      fetch() {
        requests++
        return new Response()
      },
    }
    const counted = account({ ORIGIN })
    const control = controlOf(counted.fetch)
    await control('PUT', 'faults/error', { endpoint: 'application', status: 503 })
    await sign(ADA, counted)
    await sign(CI, counted)
    expect(requests).toBe(0)
  })

  it('ends with the sign-in of the person, as every cookie does', async () => {
    const { cookie = '' } = await sign(ADA)
    await world.revoke({ person: ADA.email })
    expect((await whoami({ cookie })).status).toBe(401)
  })
})

describe('POST /_emulator/assertions is refused', () => {
  it.each([
    ['nobody', {}],
    ['a person and a service token at once', { ...ADA, ...CI }],
  ])('for %s', async (_, body) => {
    expect(await refused(body)).toEqual({
      status: 400,
      error: 'invalid_request',
      error_description: expect.stringMatching(/^the body: expected .*service_token/),
    })
  })

  it('for a person without an e-mail address', async () => {
    expect(await refused({ email: 'ada' })).toMatchObject({
      status: 400,
      error_description: expect.stringMatching(/^email: expected/),
    })
  })

  it.each([
    [
      'application',
      { ...ADA, application: 'Nowhere' },
      /^application: Nowhere does not exist.*Demo/,
    ],
    ['service_token', { service_token: 'x' }, /^service_token: x does not exist.*\(CI\)/],
  ])('for an unknown %s, with the names that exist', async (_, body, description) => {
    expect(await refused(body)).toEqual({
      status: 400,
      error: 'invalid_request',
      error_description: expect.stringMatching(description),
    })
  })

  const PEOPLE = [application()]
  const MACHINES = [application({ policies: [SERVICE_AUTH] })]
  const NONE = [application({ policies: [] })]
  const past = '2020-01-01T00:00:00Z'
  it.each([
    ['a person whom no policy allows', MALLORY, { APPLICATIONS: PEOPLE }, /No policy of Demo/],
    ['a person, by Service Auth alone', ADA, { APPLICATIONS: MACHINES }, /No policy of Demo/],
    ['a person, without policies', ADA, { APPLICATIONS: NONE }, /No policy of Demo/],
    ['a service token, without Service Auth', CI, { APPLICATIONS: PEOPLE }, /No policy of Demo/],
    [
      'a disabled service token',
      CI,
      { SERVICE_TOKENS: [serviceToken({ enabled: false })] },
      /CI is disabled or has expired/,
    ],
    [
      'an expired service token',
      CI,
      { SERVICE_TOKENS: [serviceToken({ expires_at: past })] },
      /CI is disabled or has expired/,
    ],
    [
      'a bypass policy, which gives the origin no assertion [O19]',
      ADA,
      {
        APPLICATIONS: [
          application({
            policies: [{ name: 'Open', decision: 'bypass', include: [{ everyone: {} }] }],
          }),
        ],
      },
      /bypass policy/,
    ],
  ])('for %s', async (_, body, settings, description) => {
    const other = account(settings)
    expect(await refused(body, other)).toEqual({
      status: 403,
      error: 'access_denied',
      error_description: expect.stringMatching(description),
    })
    // A person can sign in at the team domain, whatever the policies of an application are.
    const sessions = await (await controlOf(other.fetch)('GET', 'sessions')).json()
    const { sessions: found } = sessions as { sessions: { applications: object[] }[] }
    expect(found.flatMap(({ applications }) => applications)).toEqual([])
  })

  it('if no application covers the MCP server and none is named', async () => {
    const away = account({ APPLICATIONS: [application({ domain: 'mcp.example.com' })] })
    expect(await refused(ADA, away)).toMatchObject({
      status: 400,
      error_description: expect.stringMatching(/^application: none covers/),
    })
  })
})
