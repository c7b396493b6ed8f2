import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator } from '../support/emulator'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

const BYPASS = { name: 'Public', decision: 'bypass', include: [{ everyone: {} }] }
const AUD = 'a'.repeat(64)
const BLOB = 'mf-access-blob'

let requests: Request[] = []
let respond = async (request: Request): Promise<Response> => {
  requests.push(request)
  return new Response('from the Worker')
}
const ORIGIN = { fetch: (request: Request) => respond(request) }
const { policies } = application()
const world = emulator({
  ORIGIN,
  PEOPLE: [{ name: 'Ada Łovelace', email: ADA.email }],
  SERVICE_TOKENS: [serviceToken()],
  APPLICATIONS: [application({ aud: AUD, policies: [...(policies as object[]), SERVICE_AUTH] })],
})
const client = new Client(world.fetch)

const original = respond
beforeEach(async () => {
  requests = []
  respond = original
  await world.reset()
  await world.signIn(ADA)
})
afterEach(() => {
  vi.useRealTimers()
})

/** The request that reaches the Worker. */
async function received(headers: Record<string, string>, from = world): Promise<Headers> {
  const response = await from.fetch(`${APP}/path`, { headers })
  expect(await response.text()).toBe('from the Worker')
  return requests.at(-1)?.headers ?? new Headers()
}
const blobOf = (headers: Headers) => JSON.parse(headers.get(BLOB) ?? 'null')

describe('An application that is a Worker behind the service binding ORIGIN [K29]', () => {
  it('receives its aud, and the person with the claims of get-identity', async () => {
    const { tokens } = await client.connect()
    const headers = await received({ authorization: `Bearer ${tokens.access_token}` })
    expect(blobOf(headers)).toEqual({
      app_aud: AUD,
      jwt_claims: expect.objectContaining({ email: ADA.email, name: 'Ada Łovelace' }),
    })
  })

  it('receives the time of the assertion, not that of the request', async () => {
    const { tokens } = await client.connect()
    const authorization = `Bearer ${tokens.access_token}`
    const { iat } = blobOf(await received({ authorization })).jwt_claims
    await world.advance('5m')
    expect(blobOf(await received({ authorization })).jwt_claims.iat).toBe(iat)
  })

  it('receives a header of ASCII alone, whatever the name of the person', async () => {
    const { tokens } = await client.connect()
    const headers = await received({ authorization: `Bearer ${tokens.access_token}` })
    expect(headers.get(BLOB)).toMatch(/^[\x20-\x7e]+$/)
    expect(headers.get(BLOB)).toContain('Ada \\u0141ovelace')
  })

  it('receives its aud and no person for a service token [O13]', async () => {
    expect(blobOf(await received(credentials()))).toEqual({ app_aud: AUD })
  })

  it('receives nothing for a bypass, not even what the client sends', async () => {
    const open = emulator({ ORIGIN, APPLICATIONS: [application({ policies: [BYPASS] })] })
    const headers = await received({ [BLOB]: JSON.stringify({ app_aud: 'forged' }) }, open)
    expect(headers.has(BLOB)).toBe(false)
  })

  it('is not asked if the application has an origin_url of its own', async () => {
    const own = emulator({
      ORIGIN,
      APPLICATIONS: [application({ origin_url: 'http://one.example:3001' })],
    })
    const seen: Request[] = []
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      seen.push(new Request(input, init))
      return new Response('from the URL')
    })
    const { tokens } = await new Client(own.fetch).connect()
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect(await (await own.fetch(`${APP}/a?`, { headers })).text()).toBe('from the URL')
    fetch.mockRestore()
    expect(seen.map(({ url }) => url)).toEqual(['http://one.example:3001/a?'])
    expect(seen[0]?.headers.has(BLOB)).toBe(false)
    expect(requests).toEqual([])
  })
})

describe('A request to the origin', () => {
  it('has the Cf-Ray of the response, whatever the client sends', async () => {
    const response = await world.fetch(`${APP}/`, {
      headers: { ...credentials(), 'cf-ray': 'forged' },
    })
    expect(requests[0]?.headers.get('cf-ray')).toBe(response.headers.get('cf-ray'))
  })

  it('keeps headers whose names only resemble those of Access [O5]', async () => {
    const headers = await received({
      ...credentials(),
      'x-cf-access-b': '1',
      'cf-rays': '2',
      'cf-accessory': '3',
      cf_access_a: 'gone',
    })
    expect(headers.get('x-cf-access-b')).toBe('1')
    expect(headers.get('cf-rays')).toBe('2')
    expect(headers.get('cf-accessory')).toBe('3')
    expect(headers.has('cf_access_a')).toBe(false)
  })

  it('has no Cookie if the client sends only cookies of the emulator', async () => {
    const headers = await received({ ...credentials(), cookie: 'CF_Access_Session=x' })
    expect(headers.has('cookie')).toBe(false)
  })

  it('has no hop-by-hop headers (RFC 9110 7.6.1)', async () => {
    const headers = await received({
      ...credentials(),
      'proxy-connection': 'keep-alive',
      te: 'trailers',
    })
    expect(headers.has('proxy-connection')).toBe(false)
    expect(headers.has('te')).toBe(false)
  })

  it('has the headers of an upgrade only for a WebSocket', async () => {
    const upgrade = (to: string) => received({ ...credentials(), upgrade: to })
    expect((await upgrade('WebSocket')).get('upgrade')).toBe('WebSocket')
    expect((await upgrade('h2c')).has('upgrade')).toBe(false)
  })
})

describe('An origin that does not respond', () => {
  const failing = async () => {
    throw new Error('no such Worker')
  }

  it('is a 502 that names the service binding', async () => {
    respond = failing
    const response = await world.fetch(`${APP}/`, { headers: credentials() })
    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({
      error: 'bad_gateway',
      error_description: 'the service binding ORIGIN cannot be reached: no such Worker',
    })
    expect(response.headers.get('x-emulator')).toBe('access-oauth-emulator')
  })

  it('is a 502 that names ORIGIN_URL and the URL', async () => {
    const { fetch } = emulator({
      ORIGIN_URL: 'http://127.0.0.1:3000/',
      SERVICE_TOKENS: [serviceToken()],
      APPLICATIONS: [application({ policies: [SERVICE_AUTH] })],
    })
    const spy = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('refused'))
    const response = await fetch(`${APP}/a/b?c`, { headers: credentials() })
    spy.mockRestore()
    expect(response.status).toBe(502)
    expect(((await response.json()) as { error_description: string }).error_description).toBe(
      'ORIGIN_URL http://127.0.0.1:3000/a/b?c cannot be reached: refused',
    )
  })

  it('is a page for a browser', async () => {
    respond = failing
    const headers = { ...credentials(), accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    const response = await world.fetch(`${APP}/`, { headers })
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  })

  it('is a 524 after 100 seconds, and its request is aborted', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let signal: AbortSignal | undefined
    const asked = new Promise<void>((begun) => {
      respond = (request) => {
        signal = request.signal
        begun()
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      }
    })
    const pending = world.fetch(`${APP}/`, { headers: credentials() })
    await asked
    await vi.advanceTimersByTimeAsync(99_999)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    const response = await pending
    expect(response.status).toBe(524)
    expect(await response.json()).toMatchObject({
      error_description: 'the service binding ORIGIN did not respond within 100 s.',
    })
  })

  it('has no time limit after its first byte', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await received(credentials())
    await vi.advanceTimersByTimeAsync(100_000)
    expect(requests[0]?.signal.aborted).toBe(false)
  })
})
