import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Client, REDIRECT_URI, type Tokens, VERIFIER } from '../support/client'
import { Origin } from '../support/origin'
import { Person } from '../support/person'
import { rawRequest } from '../support/raw-request'
import { freePort, otherLines, type Server, startServer } from '../support/server'

const FOREIGN = 'https://playground.ai.cloudflare.com'
const METADATA = '/.well-known/oauth-authorization-server'
const signInAsAda = (server: Server) =>
  server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })

describe('npm start', () => {
  let folder: string
  let server: Server
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulator-'))
    server = await startServer([], folder)
    await signInAsAda(server)
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const printed = () => expect.poll(server.output, { timeout: 10_000 })

  it('prints the addresses of the application and the issuer', async () => {
    await printed().toContain(`Ready on ${server.app}`)
    await printed().toContain(`Team domain (the issuer)   ${server.team}`)
  })

  it('has the issuer on another host than the application [M12]', async () => {
    const response = await server.fetch(server.app + METADATA)
    expect(await response.json()).toMatchObject({ issuer: server.team })
  })

  it('prints a line per decision and nothing else, refused requests included', async () => {
    await printed().toContain('the issuer')
    const before = server.output()
    const { tokens } = await server.client.connect()
    await server.client.request('/whoami', tokens.access_token)
    await server.client.request('/whoami', 'oauth:wrong')
    await server.client.postForm('/oauth/token', '%')
    await new Person(server.fetch, [new URL(server.app).host, new URL(server.team).host]).open(
      server.app,
    )
    await Promise.all(Array.from({ length: 50 }, () => server.client.request('/mcp')))
    const lines = () => server.output().slice(before.length)
    await expect.poll(lines, { timeout: 10_000 }).toContain('T1]')
    expect(otherLines(lines())).toEqual([])
  })

  it('reports that its port is taken, and does not report the other server as ready', async () => {
    const npm = spawn('npm', ['start', '--', '--port', String(server.port)])
    let said = ''
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (said += chunk))
    const [code] = await once(npm, 'close')
    expect([code, said]).toEqual([1, expect.stringContaining(`Port ${server.port} is taken`)])
    expect(said).not.toContain('Ready on')
  })

  describe('under /cdn-cgi/access, which wrangler dev restricts', () => {
    it.each([
      ['the Host is not of this machine', { host: 'emulator.example' }],
      ['a web page of another origin sends it', { origin: FOREIGN }],
      ['the Origin is null', { origin: 'null' }],
    ])('is not reached if %s, but /.access is', async (_, headers) => {
      const faithful = await rawRequest(server.port, '/cdn-cgi/access/certs', headers)
      expect([faithful.status, faithful.body]).toEqual([403, expect.stringMatching(/^Invalid /)])
      const reachable = await rawRequest(server.port, '/.access/certs', headers)
      expect(reachable.status).toBe(200)
      expect(JSON.parse(reachable.body)).toHaveProperty('keys')
    })

    it("is reached without an Origin, and by the application's and the team's own pages", async () => {
      for (const headers of [{}, { origin: server.app }, { origin: server.team }]) {
        const response = await rawRequest(server.port, '/cdn-cgi/access/certs', headers)
        expect(response.status).toBe(200)
      }
    })

    it.each([
      ['/cdn-cgi/access', 'a request of this machine', {}],
      ['/.access', 'a web page of another origin', { origin: FOREIGN }],
      ['/.access', 'an Origin of null', { origin: 'null' }],
      ['/.access', 'a Host that is not of this machine', { host: 'emulator.example' }],
    ])(
      'is named in the metadata only for clients that can reach it: %s for %s',
      async (path, _, headers) => {
        const { body } = await rawRequest(server.port, METADATA, headers)
        const { issuer, ...metadata } = JSON.parse(body)
        expect(metadata).toMatchObject({
          authorization_endpoint: `${issuer}${path}/oauth/authorization`,
          token_endpoint: `${issuer}${path}/oauth/token`,
          registration_endpoint: `${issuer}${path}/oauth/registration`,
          revocation_endpoint: `${issuer}${path}/oauth/revoke`,
        })
      },
    )

    it('is not needed: a web page of another origin completes the flow by /.access [M17]', async () => {
      const page = { origin: FOREIGN }
      const metadata = JSON.parse((await rawRequest(server.port, METADATA, page)).body)
      const preflight = await fetch(metadata.registration_endpoint, {
        method: 'OPTIONS',
        headers: {
          ...page,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      })
      expect(preflight.ok).toBe(true)
      expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
      const registration = await fetch(metadata.registration_endpoint, {
        method: 'POST',
        headers: { ...page, 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' }),
      })
      expect(registration.headers.get('access-control-allow-origin')).toBe('*')
      const { client_id: clientId } = (await registration.json()) as { client_id: string }
      // The browser's navigation to the authorization endpoint has no Origin.
      const code = await server.client.code(clientId)
      const exchange = await fetch(metadata.token_endpoint, {
        method: 'POST',
        headers: page,
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          code,
          redirect_uri: REDIRECT_URI,
          code_verifier: VERIFIER,
        }),
      })
      expect(exchange.status).toBe(200)
      expect(exchange.headers.get('access-control-allow-origin')).toBe('*')
    })
  })

  it.each([
    ['GET', 'clock'],
    ['PATCH', 'clock'],
    ['GET', 'auto-sign-in'],
    ['PUT', 'auto-sign-in'],
    ['POST', 'reset'],
  ])('allows only this machine to use %s /_emulator/%s', async (method, path) => {
    const { tokens } = await server.client.connect()
    for (const headers of [{ origin: FOREIGN }, { origin: 'null' }, { host: 'emulator.example' }]) {
      const body = method === 'GET' ? undefined : 'null'
      const refused = await rawRequest(server.port, `/_emulator/${path}`, headers, { method, body })
      const isElsewhere = 'host' in headers
      expect(refused.status).toBe(isElsewhere ? 503 : 403)
      expect(JSON.parse(refused.body)).toMatchObject({
        error: isElsewhere ? 'temporarily_unavailable' : 'access_denied',
      })
    }
    // Nothing has changed: neither automatic sign-in nor the grants.
    expect(await (await server.control('GET', 'auto-sign-in')).json()).toMatchObject({
      email: 'ada@example.com',
    })
    expect((await server.client.request('/whoami', tokens.access_token)).status).toBe(200)
  })

  describe('after a restart with the same --persist-to', () => {
    let before: Awaited<ReturnType<typeof everything>>
    beforeAll(async () => {
      before = await everything(server)
      // Killed right after its last response.
      await server.stop()
      server = await startServer([], folder)
    })

    /** The tokens that clients received from a server: a grant for each test below. */
    async function everything({ client, team }: Server) {
      const certs = await (await client.fetch(`${team}/cdn-cgi/access/certs`)).json()
      const confidential = await client.register({
        token_endpoint_auth_method: 'client_secret_post',
      })

      const revoked = await client.connect()
      await client.postForm('/oauth/revoke', {
        client_id: revoked.clientId,
        token: revoked.tokens.refresh_token,
      })

      const spent = await client.connect()
      await client.refresh(spent.clientId, spent.tokens.refresh_token)

      const kept = await client.connect()
      const whoami = await client.request('/whoami', kept.tokens.access_token)
      const { headers } = (await whoami.json()) as { headers: Record<string, string> }
      const assertion = headers['cf-access-jwt-assertion'] ?? ''

      const { client_id: clientId } = await client.register()
      const code = await client.code(clientId)
      const exchange = await client.exchange(clientId, code)
      const redeemed = { code, clientId, tokens: (await exchange.json()) as Tokens }

      const open = { clientId, code: await client.code(clientId) }
      const last = await client.register()
      return { certs, confidential, revoked, spent, kept, assertion, redeemed, open, last }
    }

    it('has the same signing keys, so that assertions stay valid [O10, O11]', async () => {
      const response = await server.fetch(`${server.team}/cdn-cgi/access/certs`)
      const certs = (await response.json()) as JSONWebKeySet
      expect(certs).toEqual(before.certs)
      const { payload } = await jwtVerify(before.assertion, createLocalJWKSet(certs))
      expect(payload.email).toBe('ada@example.com')
    })

    it('has every client, even the one that registered last', async () => {
      const { client_id: clientId } = before.last
      const code = await server.client.code(clientId)
      expect((await server.client.exchange(clientId, code)).status).toBe(200)
    })

    it('has a confidential client, and accepts its secret', async () => {
      const { client_id: clientId, client_secret } = before.confidential
      const code = await server.client.code(clientId)
      const wrong = await server.client.exchange(clientId, code, { client_secret: 'wrong' })
      expect(wrong.status).toBe(401)
      const right = await server.client.exchange(clientId, code, { client_secret })
      expect(right.status).toBe(200)
    })

    it('admits an access token, and accepts its refresh token', async () => {
      const { clientId, tokens } = before.kept
      expect((await server.client.request('/whoami', tokens.access_token)).status).toBe(200)
      const response = await server.client.refresh(clientId, tokens.refresh_token)
      const next = (await response.json()) as Tokens
      expect((await server.client.request('/whoami', next.access_token)).status).toBe(200)
    })

    it('redeems a code that was not redeemed, once', async () => {
      const { clientId, code } = before.open
      expect((await server.client.exchange(clientId, code)).status).toBe(200)
      expect((await server.client.exchange(clientId, code)).status).toBe(400)
    })

    it('refuses a code that was redeemed, and revokes its tokens [T8]', async () => {
      const { clientId, code, tokens } = before.redeemed
      expect((await server.client.request('/whoami', tokens.access_token)).status).toBe(200)
      const response = await server.client.exchange(clientId, code)
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
      expect((await server.client.request('/whoami', tokens.access_token)).status).toBe(401)
    })

    it('refuses a refresh token that was rotated [T13]', async () => {
      const { clientId, tokens } = before.spent
      const response = await server.client.refresh(clientId, tokens.refresh_token)
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
    })

    it('keeps a grant revoked [T21]', async () => {
      const { clientId, tokens } = before.revoked
      expect((await server.client.request('/whoami', tokens.access_token)).status).toBe(401)
      const response = await server.client.refresh(clientId, tokens.refresh_token)
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
    })

    it('has automatic sign-in as it was set', async () => {
      const response = await server.control('GET', 'auto-sign-in')
      expect(await response.json()).toMatchObject({ email: 'ada@example.com' })
    })
  })
})

describe('npm start with --var', () => {
  const PATH_APPLICATION = {
    name: 'Path only',
    domain: 'localhost/mcp',
    oauth_configuration: {
      dynamic_client_registration: { allow_any_on_localhost: true },
      grant: { access_token_lifetime: '5m' },
    },
    policies: [
      { name: 'Ada', decision: 'allow', include: [{ email: { email: 'ada@example.com' } }] },
    ],
  }
  let origin: Origin
  let server: Server
  beforeAll(async () => {
    origin = await Origin.start()
    server = await startServer([
      ...['--var', 'TEAM_DOMAIN:localhost'],
      ...['--var', `ORIGIN_URL:${origin.url}`],
      ...['--var', `APPLICATIONS:${JSON.stringify([PATH_APPLICATION])}`],
      ...['--log-level', 'info'],
    ])
  })
  afterAll(async () => {
    await server?.stop()
    await origin?.close()
  })

  it('TEAM_DOMAIN: the application and the issuer can be one origin [M12]', async () => {
    const response = await server.fetch(server.app + METADATA)
    expect(await response.json()).toMatchObject({
      issuer: server.app,
      token_endpoint: `${server.app}/cdn-cgi/access/oauth/token`,
    })
  })

  it('APPLICATIONS: structured settings can be JSON [M4, T6]', async () => {
    const metadata = await server.fetch(`${server.app}/.well-known/oauth-protected-resource/mcp`)
    expect(await metadata.json()).toMatchObject({ resource: `${server.app}/mcp` })
    expect((await server.fetch(`${server.app}/mcp`)).status).toBe(401)
  })

  it('ORIGIN_URL: admitted requests are forwarded, and so are those that no application covers', async () => {
    origin.on('/mcp', ({ headers }, response) => {
      response.end(`for ${headers['cf-access-authenticated-user-email']}`)
    })
    origin.on('/open', ({ headers }, response) => {
      response.end(`for ${headers['cf-access-authenticated-user-email']}`)
    })
    await signInAsAda(server)
    const client = new Client(server.fetch, server.app, server.app)
    const { client_id: clientId } = await client.register()
    const code = await client.code(clientId, { resource: `${server.app}/mcp` })
    const tokens = (await (await client.exchange(clientId, code)).json()) as Tokens
    expect(tokens.expires_in).toBe(300)
    const admitted = await client.request('/mcp', tokens.access_token)
    expect(await admitted.text()).toBe('for ada@example.com')
    const open = await client.request('/open')
    expect(await open.text()).toBe('for undefined')
  })

  it('--log-level info brings a line per request back', async () => {
    await server.fetch(`${server.app}/a-path-to-look-for`)
    await expect.poll(server.output, { timeout: 10_000 }).toContain('/a-path-to-look-for')
  })
})

describe('npm start with wrong settings', () => {
  const FAULTS = [
    'CODE_LIFETIME is "soon": ',
    'TEAM_DOMAIN is "https://team.example/": expected host or host:port',
    'APPLICATIONS[0].policies[0].decision is "maybe": ',
  ]
  const WRONG_APPLICATION = {
    name: 'Demo',
    domain: '*',
    policies: [{ name: 'All', decision: 'maybe', include: [{ everyone: {} }] }],
  }
  let server: Server
  beforeAll(async () => {
    server = await startServer([
      ...['--var', 'CODE_LIFETIME:soon'],
      ...['--var', 'TEAM_DOMAIN:https://team.example/'],
      ...['--var', `APPLICATIONS:${JSON.stringify([WRONG_APPLICATION])}`],
    ])
  })
  afterAll(() => server?.stop())

  it('responds to a browser with a page that names each of them, the value found and the value expected', async () => {
    const person = await new Person(server.fetch, [new URL(server.app).host]).open(server.app)
    expect(person.page).toMatchObject({
      status: 500,
      title: expect.stringContaining('A setting is wrong'),
    })
    for (const fault of FAULTS) expect(person.page?.text).toContain(fault)
  })

  it.each(['/mcp', '/_emulator/clock', METADATA])(
    'responds to a client with the same as JSON: %s',
    async (path) => {
      const response = await server.fetch(server.app + path)
      expect(response.status).toBe(500)
      const body = (await response.json()) as { error: string; error_description: string }
      expect(body.error).toBe('server_error')
      for (const fault of FAULTS) expect(body.error_description).toContain(fault)
    },
  )

  it('logs a line that names them, and does not report that it is ready', async () => {
    for (const fault of FAULTS) {
      await expect.poll(server.output, { timeout: 10_000 }).toContain(fault)
    }
    expect(server.output()).not.toContain('Ready on')
  })
})

it('npm start with --local-protocol https prints its addresses, and a line for each decision', async () => {
  const { port, said } = await started('--local-protocol', 'https')
  const app = `https://localhost:${port}`
  await said(`Ready on ${app}`)
  await said(`MCP server behind Access   ${app}/mcp`)
  // The certificate is wrangler's own.
  https.get(`${app}/mcp`, { rejectUnauthorized: false }, (answer) => answer.resume())
  await said('401 GET /mcp ? challenge')
})

it('npm start behind a tunnel prints its addresses and a line for each decision, and ends completely when npm receives a signal, as from a script that started it with &', async () => {
  const { npm, port, said } = await started(
    ...['--var', 'PUBLIC_URL:https://emulator.example.com'],
    ...['--var', 'EMULATOR_TOKEN:a-token-of-sixteen-characters'],
  )
  await said(`Ready on http://localhost:${port}`)
  await said('Console                    https://emulator.example.com/_emulator/')
  await fetch(`http://localhost:${port}/mcp`)
  await said('401 GET /mcp ? challenge')
  // Open until the last process that prints to it has gone.
  const closed = once(npm.stdout, 'close')
  npm.kill('SIGTERM')
  await closed
  await expect(fetch(`http://localhost:${port}`)).rejects.toThrow('fetch failed')
})

/** `npm start`, once it has printed its first line. */
async function started(...flags: string[]) {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'))
  const all = ['--port', String(port), '--inspector-port', '0', '--persist-to', folder, ...flags]
  const npm = spawn('npm', ['start', '--', ...all], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  onTestFinished(async () => {
    if (npm.pid) killGroup(npm.pid)
    await rm(folder, { recursive: true, force: true })
  })
  let printed = ''
  npm.stdout.on('data', (chunk) => (printed += chunk))
  const said = (what: string) => expect.poll(() => printed, { timeout: 30_000 }).toContain(what)
  return { npm, port, said }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended, as expected.
  }
}
