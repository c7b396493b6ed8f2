import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Emulator, type EmulatorOptions, SignInError, startEmulator } from '../../src/node'
import type { Send } from '../../src/node/control'
import { eventsOf } from '../../src/node/events'
import { SETTING_NAMES } from '../../src/node/settings'
import { SETTING_NAMES as WORKER_SETTING_NAMES } from '../../src/settings'
import { collectGarbage } from '../support/garbage'
import { Origin } from '../support/origin'
import { rawRequest } from '../support/raw-request'
import { serviceToken } from '../support/service-token'

const running: Emulator[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.close()))
})
const start = async (options?: EmulatorOptions) => {
  const emulator = await startEmulator(options)
  running.push(emulator)
  return emulator
}
const bearer = (accessToken: string) => ({ headers: { authorization: `Bearer ${accessToken}` } })
const json = async (response: Response) => (await response.json()) as Record<string, unknown>

describe('startEmulator', () => {
  it('signs a person in through the real flow, and moves the clock', async () => {
    const emulator = await start()
    const { accessToken, expiresInSeconds, resource } = await emulator.signIn('ada@example.com')
    expect([expiresInSeconds, resource]).toEqual([900, emulator.mcpUrl])
    const answer = await json(await emulator.fetch('/whoami', bearer(accessToken)))
    expect(answer.claims).toMatchObject({ email: 'ada@example.com' })
    await emulator.clock.advance('16m')
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(401)
  })

  it('returns the next events in their order and loses none between two calls', async () => {
    const emulator = await start()
    await emulator.fetch('/one')
    await emulator.fetch('/two')
    const next = () => emulator.events.next({ kind: 'challenge' })
    expect(await next()).toMatchObject({ path: '/one', outcome: 'asked' })
    expect(await next()).toMatchObject({ path: '/two' })
    const later = next()
    await emulator.fetch('/three')
    expect(await later).toMatchObject({ path: '/three' })
    await expect(emulator.events.next({ kind: 'challenge' }, { timeout: 100 })).rejects.toThrow(
      'No event matched {"kind":"challenge"} within 100 ms',
    )
    expect(await emulator.events.list({ kind: 'challenge' })).toHaveLength(3)
  })

  it('serves several simultaneous calls, and returns no earlier event after them', async () => {
    const emulator = await start()
    const late = emulator.events.next({ kind: 'control' })
    const early = emulator.events.next({ kind: 'challenge' })
    await emulator.fetch('/one')
    expect((await early).path).toBe('/one')
    await emulator.clock.advance('1m')
    expect((await late).path).toBe('/_emulator/clock')
    const next = emulator.events.next({ kind: 'challenge' }, { timeout: 300 })
    await expect(next).rejects.toThrow('No event')
  })

  it('returns to each of several simultaneous calls the event that it awaits, in any order', async () => {
    let happened: { kind: string; number: number }[] = []
    const send = async (_: string, path: string) => {
      const query = new URL(path, 'http://control/').searchParams
      const events = happened.filter(
        ({ kind, number }) => kind === query.get('kind') && number > Number(query.get('after')),
      )
      return { events }
    }
    const { next } = eventsOf(send as Send, 0)
    const waits = Promise.all([next({ kind: 'challenge' }), next({ kind: 'discovery' })])
    await new Promise((resolve) => setTimeout(resolve, 5))
    happened = [
      { kind: 'discovery', number: 1 },
      { kind: 'challenge', number: 2 },
    ]
    expect((await waits).map(({ number }) => number)).toEqual([2, 1])
    await expect(next({ kind: 'challenge' }, { timeout: 50 })).rejects.toThrow('No event')
  })

  it('waits for an event for which a function returns true, and lists the others if none comes', async () => {
    const emulator = await start()
    const late = emulator.events.waitFor(({ rayId }) => rayId === ray)
    const ray = (await emulator.fetch('/one')).headers.get('cf-ray')
    expect(await late).toMatchObject({ kind: 'challenge', path: '/one' })
    const never = emulator.events.waitFor(() => false, { timeout: 50 })
    await expect(never).rejects.toThrow(/No event matched the function within 50 ms.*challenge/s)
    const other = emulator.events.next({ kind: 'token' }, { timeout: 50 })
    await expect(other).rejects.toThrow(/others? came.*challenge/s)
  })

  it('has the values with which a server verifies assertions', async () => {
    const emulator = await start()
    const { assertion } = await emulator.assertion({ email: 'ada@example.com' })
    const { aud, iss } = decodeJwt(assertion)
    expect([emulator.aud, emulator.issuer]).toEqual([[aud].flat()[0], iss])
    expect((await json(await emulator.fetch(emulator.certsUrl))).keys).toHaveLength(2)
    expect((await emulator.fetch(`${emulator.apiUrl}/accounts`, bearer('any'))).status).toBe(200)
  })

  it('throws a SignInError with the event, the reason and the change', async () => {
    const emulator = await start()
    const error = await emulator.signIn('mallory@blocked.example').catch((each) => each)
    expect(error).toBeInstanceOf(SignInError)
    expect(error).toMatchObject({
      name: 'SignInError',
      event: { outcome: 'refused', email: 'mallory@blocked.example' },
      why: expect.stringContaining('mallory@blocked.example'),
      change: expect.any(String),
    })
  })

  it('works behind a tunnel, where its own control needs EMULATOR_TOKEN too', async () => {
    const emulator = await start({
      settings: {
        PUBLIC_URL: 'https://tunnel.example',
        EMULATOR_TOKEN: 'a-token-of-16-characters',
      },
    })
    expect([emulator.url, emulator.issuer]).toEqual(Array(2).fill('https://tunnel.example'))
    const { accessToken, resource } = await emulator.signIn('ada@example.com')
    expect(resource).toBe('https://tunnel.example/mcp')
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(200)
    expect((await emulator.fetch('/_emulator/state')).status).toBe(401)
  })

  it('checks how the origin verifies assertions', async () => {
    const trusting = await start({ origin: () => new Response('hello') })
    const { verifies, checks } = await trusting.checkOrigin()
    expect([verifies, checks.filter(({ change }) => change !== null)]).toEqual([
      false,
      expect.objectContaining({ length: 6 }),
    ])
    expect((await (await start()).checkOrigin()).verifies).toBe(true)
  })

  it('passes one line at a time to log', async () => {
    const lines: string[] = []
    const emulator = await start({ log: (line) => lines.push(line) })
    await Promise.all(['/one', '/two', '/three'].map((path) => emulator.fetch(path)))
    await emulator.events.list()
    await vi.waitFor(
      () => expect(lines.filter((line) => /challenge/.test(line))).toHaveLength(3),
      10_000,
    )
    expect(lines.filter((line) => line.includes('\n'))).toEqual([])
  })

  it('passes a warning to log for a rule that names a missing record, at the start', async () => {
    const lines: string[] = []
    const include = [{ group: { id: 'engineers' } }]
    await start({
      applications: [
        { name: 'A', domain: '*', policies: [{ name: 'P', decision: 'allow', include }] },
      ],
      log: (line, level) => lines.push(`${level}: ${line}`),
    })
    expect(lines).toEqual([
      expect.stringMatching(/^warn: Warning: APPLICATIONS\[0\].*group is "engineers".*GROUPS/),
    ])
  })

  it('signs in several people at once, and leaves automatic sign-in as it was', async () => {
    const emulator = await start()
    await emulator.autoSignIn.set({ email: 'grace@example.com', consent: 'deny' })
    const emails = ['ada@example.com', 'grace@example.com', 'linus@example.com']
    const tokens = await Promise.all(emails.map((email) => emulator.signIn(email)))
    const grants = await emulator.grants.list()
    const emailOf = (clientId: string) => grants.find(({ client }) => client.id === clientId)?.email
    expect(tokens.map(({ clientId }) => emailOf(clientId))).toEqual(emails)
    await expect(emulator.signIn('mallory@blocked.example')).rejects.toThrow('does not have access')
    expect(await emulator.autoSignIn.get()).toEqual({ email: 'grace@example.com', consent: 'deny' })
  })

  it('signs in with one request, which changes no rule and is not struck by faults', async () => {
    const emulator = await start()
    const resource = `${emulator.url}/mcp`
    await emulator.faults.set('error', { endpoint: 'token', status: 503 })
    const { number } = (await emulator.events.list()).at(-1) ?? { number: 0 }
    const tokens = await emulator.signIn('ada@example.com', { resource, clientName: 'My client' })
    expect(tokens).toEqual({
      clientId: expect.any(String),
      accessToken: expect.stringMatching(/^oauth:/),
      refreshToken: expect.stringMatching(/^oauth:/),
      expiresInSeconds: 900,
      resource,
    })
    expect(await emulator.clients.list()).toMatchObject([{ name: 'My client' }])
    const control = await emulator.events.list({ kind: 'control', after: number })
    expect(control.map(({ path }) => path)).toEqual(['/_emulator/tokens'])
    const refused = await emulator.signIn('mallory@blocked.example').catch((error) => error)
    expect(refused.message).toMatch(
      /^mallory@blocked.example cannot be signed in: That account does not have access. No policy of Demo/,
    )
    expect(refused.cause).toMatchObject({ status: 403, code: 'access_denied' })
  })

  it('signs what an origin gets, and has the cookie of a browser', async () => {
    const everybody = { name: 'All', decision: 'allow' as const, include: [{ everyone: {} }] }
    const machines = {
      name: 'Machines',
      decision: 'non_identity' as const,
      include: [{ any_valid_service_token: {} }],
    }
    const emulator = await start({
      applications: [
        { name: 'Mine', domain: '*', policies: [everybody, machines] },
        { name: 'Other', domain: 'other.example', policies: [machines], aud: 'f'.repeat(64) },
      ],
      settings: {
        SERVICE_TOKENS: [serviceToken()],
      },
    })
    const email = 'ada@example.com'
    const signed = await emulator.assertion({ email })
    expect(signed.headers).toEqual({
      'cf-access-jwt-assertion': signed.assertion,
      'cf-access-authenticated-user-email': email,
    })
    const cookie = await emulator.browserCookie(email)
    const whoami = await json(await emulator.fetch('/whoami', { headers: { cookie } }))
    expect(whoami.claims).toMatchObject({ email })
    const headers = await emulator.serviceToken('CI', { application: 'Other' })
    expect(decodeJwt(headers['cf-access-jwt-assertion'] ?? '')).toMatchObject({
      common_name: serviceToken().client_id,
      aud: 'f'.repeat(64),
    })
    await expect(emulator.browserCookie(email, { application: 'Other' })).rejects.toThrow(
      'POST /_emulator/assertions: No policy of Other matches ada@example.com',
    )
    await expect(emulator.serviceToken('CD')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('signs in under the redirect rules of production, at a URI that they allow', async () => {
    const strict = (name: string, domain: string, uri: string) => ({
      name,
      domain,
      policies: [{ name: 'All', decision: 'allow' as const, include: [{ everyone: {} }] }],
      oauth_configuration: {
        dynamic_client_registration: {
          allow_any_on_localhost: false,
          allow_any_on_loopback: false,
          allowed_uris: [uri],
        },
      },
    })
    const hosted = 'https://claude.ai/api/mcp/auth_callback'
    const scheme = 'cursor://anysphere.cursor-mcp/oauth/callback'
    const emulator = await start({
      applications: [strict('Hosted', '*', hosted), strict('Desktop', 'desktop.example', scheme)],
    })
    // Refused at registration by the rules of all applications, and at authorization by those of one.
    for (const options of [{}, { redirectUri: scheme }]) {
      await expect(emulator.signIn('ada@example.com', options)).rejects.toThrow(
        /not allowed by .*; pass a redirect URI .*: signIn\(email, \{ redirectUri \}\)/,
      )
    }
    const { accessToken } = await emulator.signIn('ada@example.com', { redirectUri: hosted })
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(200)
    const resource = 'http://desktop.example/mcp'
    const tokens = await emulator.signIn('ada@example.com', { resource, redirectUri: scheme })
    expect(tokens.resource).toBe(resource)
  })

  it('keeps everything in a folder if one is set', async () => {
    const persist = await mkdtemp(join(tmpdir(), 'kept-'))
    const first = await startEmulator({ persist })
    const { accessToken, clientId } = await first.signIn('ada@example.com')
    await first.close()
    const again = await start({ persist })
    expect(await again.clients.list()).toMatchObject([{ id: clientId }])
    expect(await again.grants.list()).toMatchObject([{ email: 'ada@example.com' }])
    expect((await again.fetch('/whoami', bearer(accessToken))).status).toBe(200)
    await again.close()
    await rm(persist, { recursive: true })
  })

  it('responds for hosts that do not resolve: of the team, and of an application', async () => {
    const emulator = await start({
      settings: { TEAM_DOMAIN: 'team.access.example' },
      applications: [
        {
          name: 'Mine',
          domain: 'mcp.example.com',
          oauth_configuration: {
            enabled: true,
            dynamic_client_registration: { enabled: true, allow_any_on_localhost: true },
          },
          policies: [{ name: 'All', decision: 'allow', include: [{ everyone: {} }] }],
        },
      ],
    })
    expect(emulator.teamUrl).toBe(`http://team.access.example:${new URL(emulator.url).port}`)
    const resource = 'http://mcp.example.com/mcp'
    const { accessToken } = await emulator.signIn('ada@example.com', { resource })
    const whoami = await emulator.fetch('http://mcp.example.com/whoami', bearer(accessToken))
    expect((await json(whoami)).claims).toMatchObject({ email: 'ada@example.com' })
    const metadata = await emulator.fetch(
      `${emulator.teamUrl}/.well-known/oauth-authorization-server`,
    )
    expect(await json(metadata)).toMatchObject({ issuer: emulator.teamUrl })
  })

  it('starts at a given time, and with its own people and applications', async () => {
    const emulator = await start({
      clock: '2027-01-01T00:00:00Z',
      people: [{ name: 'Linus', email: 'linus@kernel.example', groups: ['maintainers'] }],
      applications: [
        {
          name: 'Mine',
          domain: '*',
          oauth_configuration: {
            grant: { access_token_lifetime: '5m' },
            dynamic_client_registration: { allow_any_on_localhost: true },
          },
          policies: [
            {
              name: 'Kernel',
              decision: 'allow',
              include: [{ email_domain: { domain: 'kernel.example' } }],
            },
          ],
        },
      ],
    })
    expect((await emulator.clock.now()).getFullYear()).toBe(2027)
    expect((await emulator.signIn('linus@kernel.example')).expiresInSeconds).toBe(300)
    await expect(emulator.signIn('ada@example.com')).rejects.toThrow(
      'ada@example.com cannot be signed in: That account does not have access.',
    )
    // The portal of the default seed has the demo as a server.
    expect((await json(await emulator.fetch('/_emulator/urls'))).portals).toEqual([])
  })

  it('has a function as its origin, which receives the same requests as an origin behind Access', async () => {
    const emulator = await start({
      origin: async (request) =>
        Response.json({
          method: request.method,
          body: await request.text(),
          path: new URL(request.url).pathname,
          email: request.headers.get('cf-access-authenticated-user-email'),
          authorization: request.headers.get('authorization'),
        }),
    })
    const { accessToken } = await emulator.signIn('grace@example.com')
    const init = { ...bearer(accessToken), method: 'POST', body: 'hello' }
    expect(await json(await emulator.fetch('/a/b', init))).toEqual({
      method: 'POST',
      body: 'hello',
      path: '/a/b',
      email: 'grace@example.com',
      authorization: null,
    })
  })

  it('has a server as its origin, by the URL of its MCP server', async () => {
    const origin = await Origin.start()
    origin.on('/mcp', (_, response) => response.end('from the server'))
    const emulator = await start({ origin: `${origin.url}/mcp` })
    expect(emulator.mcpUrl).toBe(`${emulator.url}/mcp`)
    const { accessToken } = await emulator.signIn('ada@example.com')
    const response = await emulator.fetch('/mcp', bearer(accessToken))
    expect(await response.text()).toBe('from the server')
    origin.server.close()
  })

  it('has typed methods for its own control', async () => {
    const emulator = await start()
    const { accessToken, clientId, refreshToken } = await emulator.signIn('ada@example.com')
    expect(await emulator.clients.list()).toMatchObject([{ id: clientId }])
    expect(await emulator.clients.report(clientId)).toHaveProperty('checks')
    await emulator.quirks.set('iss-in-response', true)
    expect((await emulator.quirks.list()).filter(({ on }) => on)).toHaveLength(1)
    await emulator.faults.set('error', { endpoint: 'application', status: 500, times: 1 })
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(500)
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(200)
    const state = await emulator.state.save()
    const [grant] = await emulator.grants.list()
    await emulator.grants.endToken(grant?.id ?? '', grant?.tokens[0]?.id ?? '')
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(401)
    await emulator.grants.end(grant?.id ?? '')
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(401)
    await emulator.state.load(state)
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(200)
    await emulator.dns.set({ 'example.com': ['a TXT record'] })
    expect(await emulator.dns.get()).toEqual({ 'example.com': ['a TXT record'] })
    await emulator.reset()
    expect((await emulator.fetch('/whoami', bearer(accessToken))).status).toBe(401)
    expect(refreshToken).toMatch(/^oauth:/)
  })

  it('shows who sees which server of a portal, and acts on the servers', async () => {
    const docs = { id: 'docs', url: 'http://docs.mcp.localhost/mcp' }
    const demo = { id: 'demo', url: 'http://localhost/mcp', auth_type: 'oauth' } as const
    const emulator = await start({ portals: [{ name: 'Tools', servers: [docs, demo] }] })
    await emulator.upstreams.sync('docs')
    const caller = { email: 'grace@example.com' }
    const { servers, tools } = await emulator.portalStates.sees('portal1', caller)
    expect(servers.map(({ hidden_because }) => hidden_because)).toEqual([null, 'not-connected'])
    expect(tools).toEqual(['docs_search'])
    expect((await emulator.upstreams.compare('docs')).tools.added).toEqual([])
    const address = new URL(await emulator.upstreams.authenticate('demo'))
    const [, { client_id }] = (await emulator.upstreams.list()) as [unknown, { client_id: string }]
    expect(address.searchParams.get('client_id')).toBe(client_id)
    await emulator.upstreams.forgetClient('demo')
    expect(await emulator.clients.list()).toEqual([])
    expect(await emulator.upstreams.registerClient('demo')).not.toBe(client_id)
    await expect(emulator.upstreams.expireAdminGrant('demo')).rejects.toThrow('no administrator')
    expect((await emulator.portalStates.list())[0]?.servers).toEqual(['docs', 'demo'])
  })

  it('makes a key for each of two rotations at once', async () => {
    const emulator = await start()
    const certs = async () => {
      const response = await emulator.fetch(`${emulator.teamUrl}/cdn-cgi/access/certs`)
      return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
    }
    const before = await certs()
    await Promise.all([emulator.rotateKeys(), emulator.rotateKeys()])
    const after = await certs()
    expect(after).toEqual(expect.arrayContaining(before))
    expect(new Set(after).size).toBe(before.length + 2)
  })

  it('needs no port: its fetch reaches each of its hosts', async () => {
    const { fetch, mcpUrl, signIn, teamUrl, url } = await start({ listen: false })
    const { accessToken } = await signIn('ada@example.com')
    const answer = await json(await fetch(new Request(`${url}/whoami`, bearer(accessToken))))
    expect(answer.claims).toMatchObject({ email: 'ada@example.com', iss: teamUrl })
    const challenge = await fetch(mcpUrl, { method: 'POST', body: '{}' })
    expect([challenge.status, challenge.url]).toEqual([401, mcpUrl])
    expect(challenge.headers.get('www-authenticate')).toContain('resource_metadata')
    await expect(globalThis.fetch(url)).rejects.toThrow()
  })

  it('ends a request, and a response that is read, with the signal of the caller', async () => {
    const { fetch, signIn, url } = await start({
      listen: false,
      origin: ({ url }) => {
        if (url.endsWith('/never')) return new Promise(() => {})
        const body = new ReadableStream({
          pull: (controller) => controller.enqueue(new TextEncoder().encode('more ')),
        })
        return new Response(body)
      },
    })
    const { headers } = bearer((await signIn('ada@example.com')).accessToken)
    const never = fetch(`${url}/never`, { headers, signal: AbortSignal.timeout(50) })
    await expect(never).rejects.toThrow(/aborted due to timeout/)
    const controller = new AbortController()
    const endless = await fetch(`${url}/endless`, { headers, signal: controller.signal })
    const reader = endless.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('more ')
    await collectGarbage()
    controller.abort(new Error('enough'))
    await expect(reader?.closed).rejects.toThrow('enough')
  })

  it('streams both ways over HTTP', async () => {
    const { signIn, url } = await start({ origin: ({ body }) => new Response(body) })
    const { accessToken } = await signIn('ada@example.com')
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const sent = (text: string) => writer.write(new TextEncoder().encode(text))
    // Node sends the headers together with the beginning of the body.
    const first = sent('one')
    const answer = await globalThis.fetch(`${url}/echo`, {
      ...bearer(accessToken),
      method: 'POST',
      body: readable,
      duplex: 'half',
    } as RequestInit)
    await first
    const reader = answer.body?.getReader()
    const received = async () => new TextDecoder().decode((await reader?.read())?.value)
    expect(await received()).toBe('one')
    await sent('two')
    expect(await received()).toBe('two')
    await writer.close()
    expect(await received()).toBe('')
  })

  describe.each([
    ['over HTTP', () => globalThis.fetch],
    ['in this process', ({ fetch }: Emulator) => fetch],
  ])(
    'aborts the request to the origin when the client disconnects, although its handler has returned: %s',
    (_, fetchOf) => {
      /** Reads the beginning of a response, and disconnects once nothing holds the request any more. */
      async function disconnect(origin: EmulatorOptions['origin']): Promise<void> {
        const emulator = await start({ origin })
        const { headers } = bearer((await emulator.signIn('ada@example.com')).accessToken)
        const controller = new AbortController()
        const { signal } = controller
        const answer = await fetchOf(emulator)(`${emulator.url}/ticks`, { headers, signal })
        const reader = answer.body?.getReader()
        expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('tick')
        await collectGarbage()
        controller.abort()
      }

      it('a function', async () => {
        const aborted = Promise.withResolvers<void>()
        await disconnect(({ signal }) => {
          signal.addEventListener('abort', () => aborted.resolve())
          return new Response(
            new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('tick')) }),
          )
        })
        await aborted.promise
      })

      it('a server', async () => {
        const server = await Origin.start()
        onTestFinished(() => server.close())
        const closed = Promise.withResolvers<void>()
        server.on('/ticks', (_request, response) => {
          response.once('close', closed.resolve).write('tick')
        })
        await disconnect(server.url)
        await closed.promise
      })
    },
  )

  it('responds with 501 to a WebSocket that Access admits, and names npm start', async () => {
    const { signIn, url } = await start({ origin: () => new Response('never') })
    const { accessToken } = await signIn('ada@example.com')
    const port = Number(new URL(url).port)
    const upgrade = {
      host: new URL(url).host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }
    expect((await rawRequest(port, '/socket', upgrade)).status).toBe(401)
    const { authorization } = bearer(accessToken).headers
    const answer = await rawRequest(port, '/socket', { ...upgrade, authorization })
    expect([answer.status, answer.body.includes('npm start')]).toEqual([501, true])
  })

  it('rejects wrong options by name, and leaves nothing running', async () => {
    await expect(start({ prot: 1 } as never)).rejects.toThrow(
      'Unknown option prot; did you mean port?',
    )
    await expect(start(null as never)).rejects.toThrow('the options are null: expected an object')
    const settings = { CODE_LIFETIME: () => '10s' }
    await expect(start({ settings } as never)).rejects.toThrow(
      'the setting CODE_LIFETIME is a function: expected text or JSON',
    )
    await expect(start({ port: 70_000 })).rejects.toThrow('port is 70000')
    await expect(start({ clock: 'soon' })).rejects.toThrow('clock is soon')
    await expect(start({ origin: 'ftp://x' })).rejects.toThrow('origin is ftp://x')
    await expect(start({ settings: { CODE_LIFETIME: 'soon' } })).rejects.toThrow(
      'CODE_LIFETIME is "soon"',
    )
    await expect(start({ settings: { CODE_LIFTIME: '10s' } as never })).rejects.toThrow(
      'Unknown setting CODE_LIFTIME',
    )
    await expect(start({ listen: 'no' as never })).rejects.toThrow('listen is "no"')
    await expect(start({ persist: '' })).rejects.toThrow('persist is ""')
    await expect(start({ people: [{ name: 'Ada', email: 'ada' }] })).rejects.toThrow(
      'PEOPLE[0].email is "ada": expected an e-mail address',
    )
    const typo = { name: 'Mine', domain: '*', polices: [] }
    await expect(start({ applications: [typo] })).rejects.toThrow('APPLICATIONS[0].polices')
    const emulator = await start()
    await expect(emulator.faults.set('error', { status: 418 as never })).rejects.toThrow('status')
  })
})

it('Settings have the names that the Worker reads', () => {
  expect([...SETTING_NAMES].sort()).toEqual([...WORKER_SETTING_NAMES].sort())
})

describe('Instances', () => {
  it('run side by side on their own ports, and share nothing', async () => {
    const [one, two] = await Promise.all([start(), start()])
    expect(one?.url).not.toBe(two?.url)
    const tokens = await one?.signIn('ada@example.com')
    await one?.clock.advance('1h')
    expect(await two?.clients.list()).toEqual([])
    const shown = bearer(tokens?.accessToken ?? '')
    expect((await two?.fetch('/whoami', shown))?.status).toBe(401)
    const drift = Date.now() - ((await two?.clock.now())?.getTime() ?? 0)
    expect(Math.abs(drift)).toBeLessThan(10_000)
  })

  it('leave their port free when they are closed', async () => {
    const { close, url } = await startEmulator()
    await close()
    await expect(fetch(url)).rejects.toThrow()
    const again = await start({ port: Number(new URL(url).port) })
    expect(again.url).toBe(url)
  })

  it.each(['/_emulator/urls?', '@evil.example', '\\_emulator\\urls?'])(
    'do not let a Host change the path: %s (RFC 9112 3.2)',
    async (rest) => {
      const { url } = await start()
      const { host, port } = new URL(url)
      const answer = await rawRequest(Number(port), '/mcp', { host: host + rest })
      expect(answer.status).toBe(400)
      expect(answer.body).not.toContain('team_domain')
    },
  )

  it('report that a port is taken', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    await expect(start({ port })).rejects.toThrow(`Port ${port} is taken`)
  })
})
