import type { McpServer } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { ACCOUNT, type ApiResponse, api, type Item } from '../support/api'
import { emulator, stopClock } from '../support/emulator'
import { observer } from '../support/observer'
import { type TestUpstream, upstreams } from '../support/upstreams'

stopClock()

const { advance, fetch, reset } = emulator()
const { delete: remove, get, post, put } = api(fetch)
const { control } = observer(fetch)
const SERVERS = `${ACCOUNT}/access/ai-controls/mcp/servers`

const SECRET = 'the-secret-of-the-upstream'
const text = (content: string) => ({ content: [{ type: 'text' as const, text: content }] })

function docs(server: McpServer) {
  server.registerTool(
    'search',
    { description: 'Searches.', inputSchema: z.object({ q: z.string() }) },
    ({ q }) => text(q),
  )
  server.registerTool('read', {}, () => text('read'))
  server.registerPrompt('summary', { description: 'Summarizes.' }, () => ({ messages: [] }))
}

let upstream: Record<'docs', TestUpstream>
beforeEach(async () => {
  upstream = upstreams({ docs })
  await reset()
})
afterEach(() => vi.restoreAllMocks())

const DOCS = {
  id: 'docs',
  name: 'Docs',
  hostname: 'https://docs.example.net/mcp',
  auth_type: 'unauthenticated',
}
const create = (members: object = {}) => post(SERVERS, { ...DOCS, ...members })
const OAUTH = { auth_type: 'oauth' }
const MANUAL = {
  auth_type: 'oauth',
  auth_credentials: JSON.stringify({
    auth_mode: 'manual',
    config: {
      authorization_endpoint: 'https://id.example.net/authorize',
      token_endpoint: 'https://id.example.net/token',
    },
    registration_info: { client_id: 'the-client', token_endpoint_auth_method: 'none' },
  }),
}

function refusalOf({ status, body }: ApiResponse<Item>) {
  const [error] = body.errors as unknown as { code: number; message: string; path: string[] }[]
  return { status, ...error }
}

describe('A new server', () => {
  it('is created with 201, synced, with its defaults [MP1]', async () => {
    const { status, body } = await create()
    expect(status).toBe(201)
    expect(body.result).toMatchObject({
      ...DOCS,
      status: 'ready',
      authentication_status: 'not_required',
      auth_config_summary: null,
      is_shared_oauth_callback_enabled: false,
      secure_web_gateway: false,
      updated_tools: [],
      updated_prompts: [],
      tools: [{ name: 'search', description: 'Searches.' }, { name: 'read' }],
      prompts: [{ name: 'summary', description: 'Summarizes.' }],
      last_synced: expect.any(String),
      last_successful_sync: expect.any(String),
    })
  })

  it('is in an envelope without errors and messages; past the end of the list is [] [MP14]', async () => {
    const created = await create()
    expect(Object.keys(created.body).sort()).toEqual(['result', 'success'])
    const { body } = await get(`${SERVERS}?page=2`)
    expect(body).toMatchObject({ success: true, result: [], result_info: { count: 0, page: 2 } })
    expect(body).not.toHaveProperty('messages')
  })

  it.each([
    ['no id', { id: undefined }, 'id', 'Required'],
    ['a long id', { id: 'a'.repeat(33) }, 'id', 'String must contain at most 32 character(s)'],
    ['an id with a capital', { id: 'Docs' }, 'id', 'Invalid'],
    ['no name', { name: undefined }, 'name', 'Required'],
    [
      'a long name',
      { name: 'a'.repeat(351) },
      'name',
      'String must contain at most 350 character(s)',
    ],
    ['a bare host', { hostname: 'docs.example.net' }, 'hostname', 'Invalid url'],
    [
      'a wrong type',
      { auth_type: 'basic' },
      'auth_type',
      "Invalid enum value. Expected 'oauth' | 'bearer' | 'unauthenticated', received 'basic'",
    ],
    [
      'a long description',
      { description: 'a'.repeat(513) },
      'description',
      'String must contain at most 512 character(s)',
    ],
    [
      'a wrong alias',
      { updated_tools: [{ name: 'a', alias: '-a' }] },
      'updated_tools.0.alias',
      'Invalid',
    ],
  ])(
    'with %s is refused: 400 7001, and path names the member [MP2]',
    async (_, members, path, message) => {
      const refusal = refusalOf(await create(members))
      expect(refusal).toMatchObject({ status: 400, code: 7001, message })
      expect(refusal.path?.slice(1).join('.')).toBe(path)
      expect((await get<Item[]>(SERVERS)).body.result).toEqual([])
    },
  )

  it.each([
    [{ headers: {} }, 'Expected string, received object'],
    [null, 'Expected string, received null'],
  ])('with auth_credentials %j is refused [MP3]', async (auth_credentials, message) => {
    const refused = await create({ auth_type: 'bearer', auth_credentials })
    expect(refusalOf(refused)).toMatchObject({ status: 400, code: 7001, message })
  })

  it('cannot have an override for a tool that it does not have [MP11]', async () => {
    await create()
    const refused = await put(`${SERVERS}/docs`, {
      name: 'Docs',
      updated_tools: [{ name: 'other' }],
    })
    expect(refusalOf(refused)).toMatchObject({
      status: 400,
      code: 7001,
      path: ['body', 'updated_tools', 0, 'name'],
    })
  })

  it('cannot have an alias that is a name or an alias of another tool [MP2]', async () => {
    await create()
    const aliased = (...updated_tools: object[]) => put(`${SERVERS}/docs`, { updated_tools })
    expect((await aliased({ name: 'read', alias: 'search' })).status).toBe(400)
    const twice = [
      { name: 'read', alias: 'same' },
      { name: 'search', alias: 'same' },
    ]
    expect((await aliased(...twice)).status).toBe(400)
    expect((await aliased({ name: 'read', alias: 'look' })).status).toBe(200)
  })

  it('with OAuth waits for the administrator [MP20]', async () => {
    const { body } = await create(OAUTH)
    expect(body.result).toMatchObject({
      status: 'waiting',
      authentication_status: 'required',
      auth_config_summary: { auth_mode: 'dcr', has_client_secret: false },
      tools: [],
      prompts: [],
    })
    expect(upstream.docs.received).toEqual([])
  })

  it.each(['http://docs.example.net/mcp', 'https://10.0.0.7/mcp'])(
    'with OAuth at the private %s is not detected [MP76]',
    async (hostname) => {
      const { body } = await create({ ...OAUTH, hostname, secure_web_gateway: true })
      const error = 'oauth authentication was not detected for this server'
      const states = { status: 'waiting', authentication_status: 'required', error }
      expect(body.result).toMatchObject(states)
      const { body: synced } = await post(`${SERVERS}/docs/sync`)
      expect(synced.result).toEqual({ status: 'waiting', error })
      expect(upstream.docs.received).toEqual([])
    },
  )
})

describe('A credential', () => {
  it('is sent upstream as a bearer token, and is in no response [MP8, MP61]', async () => {
    const { body } = await create({ auth_type: 'bearer', auth_credentials: SECRET })
    expect(body.result).toMatchObject({ auth_config_summary: null, status: 'ready' })
    const sent = upstream.docs.received.map(({ headers }) => headers.get('authorization'))
    expect(new Set(sent)).toEqual(new Set([`Bearer ${SECRET}`]))
    const read = await Promise.all([
      get(SERVERS),
      get(`${SERVERS}/docs`),
      remove(`${SERVERS}/docs`),
    ])
    expect(JSON.stringify([body, ...read])).not.toContain(SECRET)
  })

  it('may be headers, which are sent as they are [MP61]', async () => {
    const headers = { 'CF-Access-Client-Id': 'x.access', 'CF-Access-Client-Secret': SECRET }
    await create({ auth_type: 'bearer', auth_credentials: JSON.stringify({ headers }) })
    const [first] = upstream.docs.received
    expect(first?.headers.get('cf-access-client-secret')).toBe(SECRET)
    expect(first?.headers.has('authorization')).toBe(false)
  })

  it.each([
    ['no', undefined],
    ['an empty', ''],
  ])('of manual OAuth with %s client_secret is refused [MP4]', async (_, client_secret) => {
    expect(refusalOf(await create({ ...MANUAL, client_secret }))).toMatchObject({
      status: 400,
      code: 7001,
      message: 'client_secret must be a non-empty string',
      path: ['body', 'client_secret'],
    })
  })

  it('may be an imported grant, which is used for syncs [MP23]', async () => {
    const { config, registration_info } = JSON.parse(MANUAL.auth_credentials)
    const tokens = { access_token: SECRET, refresh_token: 'r', expires_in: 900 }
    const auth_credentials = JSON.stringify({ tokens, config, registration_info })
    const { body } = await create({ ...OAUTH, auth_credentials })
    expect(body.result).toMatchObject({ authentication_status: 'connected' })
    expect((await post(`${SERVERS}/docs/sync`)).body.result).toEqual({ status: 'ready' })
    const [sent] = upstream.docs.received
    expect(sent?.headers.get('authorization')).toBe(`Bearer ${SECRET}`)
    expect(JSON.stringify([body, await get(`${SERVERS}/docs`)])).not.toContain(SECRET)
  })

  it('of manual OAuth has a version that a new secret raises [MP4]', async () => {
    const { body } = await create({ ...MANUAL, client_secret: SECRET })
    expect(body.result).toMatchObject({
      status: 'waiting',
      authentication_status: 'manual',
      auth_config_summary: {
        auth_mode: 'manual',
        has_client_secret: true,
        client_secret_version: 1,
        registration_info: { client_id: 'the-client' },
      },
    })
    const renamed = await put(`${SERVERS}/docs`, { ...MANUAL, name: 'Renamed' })
    expect(renamed.body.result.auth_config_summary).toMatchObject({ client_secret_version: 1 })
    const changed = await put(`${SERVERS}/docs`, { client_secret: 'another' })
    expect(changed.body.result.auth_config_summary).toMatchObject({ client_secret_version: 2 })
    expect(JSON.stringify([body, renamed, changed])).not.toContain(SECRET)
  })
})

describe('An update', () => {
  it('with another hostname succeeds and keeps the old one [MP5]', async () => {
    await create()
    const updated = await put(`${SERVERS}/docs`, {
      name: 'New',
      hostname: 'https://other.example.net/mcp',
    })
    expect(updated.status).toBe(200)
    expect(updated.body.result).toMatchObject({ name: 'New', hostname: DOCS.hostname })
  })

  it.each([{ hostname: 'https://other.example.net/mcp' }, { auth_type: 'oauth' }])(
    'with only %j fails with 7000 and changes nothing [MP6]',
    async (members) => {
      const { body } = await create()
      const refusal = refusalOf(await put(`${SERVERS}/docs`, members))
      expect(refusal.code).toBe(7000)
      expect(refusal.message).toMatch(/^D1_ERROR: near "WHERE"/)
      expect((await get(`${SERVERS}/docs`)).body.result).toEqual(body.result)
    },
  )

  describe('with the quirk full-server-updates', () => {
    const OTHER = 'https://other.example.net/mcp'
    beforeEach(async () => {
      upstream = upstreams({ docs, other: docs })
      await control('PUT', 'quirks/full-server-updates', { on: true })
    })

    it('moves the server, and reads the catalogue there, instead of MP5 and MP6', async () => {
      await create()
      const { body, status } = await put(`${SERVERS}/docs`, { hostname: OTHER })
      expect(status).toBe(200)
      expect(body.result).toMatchObject({ hostname: OTHER, status: 'waiting' })
      expect((await get(`${SERVERS}/docs`)).body.result).toMatchObject({ status: 'ready' })
    })

    it('accepts auth_type alone', async () => {
      await create()
      const { body } = await put(`${SERVERS}/docs`, OAUTH)
      expect(body.result).toMatchObject({ auth_type: 'oauth', authentication_status: 'required' })
    })

    it('keeps the client that the administrator configured, and drops one that was registered', async () => {
      await create({ ...MANUAL, client_secret: SECRET })
      const manual = await put(`${SERVERS}/docs`, { hostname: OTHER })
      expect(manual.body.result.auth_config_summary).toMatchObject({
        client_secret_version: 1,
        registration_info: { client_id: 'the-client' },
      })
      const { config, registration_info } = JSON.parse(MANUAL.auth_credentials)
      const imported = { tokens: { access_token: 'a' }, config, registration_info }
      await put(`${SERVERS}/docs`, { auth_credentials: JSON.stringify(imported) })
      const { body } = await put(`${SERVERS}/docs`, { hostname: DOCS.hostname })
      expect(body.result).toMatchObject({ authentication_status: 'required' })
      expect(body.result.auth_config_summary).toEqual({
        auth_mode: 'dcr',
        has_client_secret: false,
      })
    })

    it('refuses a hostname that is no URL, and an empty update', async () => {
      const { body } = await create()
      expect(refusalOf(await put(`${SERVERS}/docs`, { hostname: 'other' }))).toMatchObject({
        status: 400,
        code: 7001,
        path: ['body', 'hostname'],
      })
      expect(refusalOf(await put(`${SERVERS}/docs`, {})).code).toBe(7000)
      expect((await get(`${SERVERS}/docs`)).body.result).toEqual(body.result)
    })
  })

  it('with auth_type, name and description changes the type [MP7]', async () => {
    await create({ ...MANUAL, client_secret: SECRET })
    upstream.docs.respond = () => new Response('forbidden', { status: 403 })
    const bearer = { auth_type: 'bearer', auth_credentials: 'dummy', name: 'Docs', description: '' }
    const first = await put(`${SERVERS}/docs`, bearer)
    expect(first.body.result).toMatchObject({ status: 'waiting', auth_config_summary: null })
    expect((await get(`${SERVERS}/docs`)).body.result).toMatchObject({ status: 'error' })
    const { body } = await put(`${SERVERS}/docs`, {
      auth_type: 'oauth',
      name: 'Docs',
      description: '',
    })
    expect(body.result).toMatchObject({
      auth_type: 'oauth',
      status: 'waiting',
      authentication_status: 'required',
      auth_config_summary: { auth_mode: 'dcr' },
    })
  })
})

describe('A sync', () => {
  const sync = () => post(`${SERVERS}/docs/sync`)
  const read = async () => (await get(`${SERVERS}/docs`)).body.result

  it('of a good server is ready, and moves both times [MP17]', async () => {
    await create()
    const before = await read()
    await advance('1m')
    expect((await sync()).body).toEqual({ success: true, result: { status: 'ready' } })
    const after = await read()
    expect(after.last_synced).not.toBe(before.last_synced)
    expect(after.last_successful_sync).toBe(after.last_synced)
  })

  it('of a failing server keeps the catalogue and the time of the last success [MP18]', async () => {
    await create()
    const before = await read()
    await advance('1m')
    upstream.docs.respond = () => new Response('down', { status: 503 })
    const { status, body } = await sync()
    expect(status).toBe(200)
    expect(body.result).toMatchObject({
      status: 'error',
      error_details: { is_upstream: true, status_code: 503, retryable: true },
    })
    expect(await read()).toMatchObject({
      status: 'error',
      error: expect.stringContaining('503'),
      tools: before.tools,
      last_successful_sync: before.last_successful_sync,
    })
  })

  it('of a server that is not there says so [MP18]', async () => {
    const { body } = await create({ hostname: 'https://nowhere.example.org/mcp' })
    expect(body.result).toMatchObject({
      status: 'error',
      error_details: { is_upstream: false, retryable: true },
    })
  })

  it('that failed leaves no error after the credential has changed', async () => {
    upstream.docs.respond = () => new Response('down', { status: 503 })
    await create({ auth_type: 'bearer', auth_credentials: 'old' })
    expect(await read()).toHaveProperty('error')
    const { body } = await put(`${SERVERS}/docs`, { auth_credentials: 'new' })
    expect(body.result).toMatchObject({ status: 'waiting' })
    expect(body.result).not.toHaveProperty('error')
    expect(body.result).not.toHaveProperty('error_details')
  })

  it('is stored until the next one, even if the server has recovered [MP19]', async () => {
    upstream.docs.respond = () => new Response('down', { status: 503 })
    await create()
    upstream.docs.respond = undefined
    expect(await read()).toMatchObject({ status: 'error' })
    await sync()
    const after = await read()
    expect(after).toMatchObject({ status: 'ready' })
    expect(after).not.toHaveProperty('error')
  })

  it('happens by itself after two hours of the emulated clock [MP75]', async () => {
    await create()
    const { last_synced: first } = await read()
    await advance('119m')
    expect((await read()).last_synced).toBe(first)
    await advance('1m')
    expect((await read()).last_synced).not.toBe(first)
  })

  it('goes directly to the server, with its own credential [MP75]', async () => {
    await create({ auth_type: 'bearer', auth_credentials: SECRET, secure_web_gateway: true })
    const [sent] = upstream.docs.received
    expect(sent?.headers.get('authorization')).toBe(`Bearer ${SECRET}`)
    expect(sent?.url).toBe(DOCS.hostname)
  })

  it('fails as a whole if the server advertises a list that it does not have [MP72]', async () => {
    upstream.docs.define = (server) => {
      server.server.registerCapabilities({ prompts: {}, tools: {} })
    }
    const { body } = await create()
    expect(body.result).toMatchObject({ status: 'error', error_details: { mcp_code: -32601 } })
  })
})

describe('A request upstream', () => {
  it('carries the headers of a portal, the version and the method [MP62]', async () => {
    await create()
    const [first] = upstream.docs.received
    expect(Object.fromEntries(first?.headers ?? [])).toMatchObject({
      'cf-worker': 'gateway.agents.cloudflare.com',
      'cf-ray': expect.stringMatching(/^[0-9a-f]{16}$/),
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'server/discover',
    })
    expect(upstream.docs.received.some(({ headers }) => headers.has('mcp-name'))).toBe(false)
  })

  it('says nothing about the administrator who caused it [MP63]', async () => {
    await create()
    const sent = upstream.docs.received.map(({ headers }) => JSON.stringify([...headers]))
    expect(sent.join()).not.toMatch(/@|cf-access|a-token/)
  })

  it('begins with discovery, and falls back to the handshake of 2025 [MP65]', async () => {
    const methods = () =>
      upstream.docs.received.map(({ body }) => (body as { method: string }).method)
    await create()
    expect(methods().slice(0, 2)).toEqual(['server/discover', 'tools/list'])
    upstream.docs.received.length = 0
    upstream.docs.respond = async (request) => {
      const { id, method } = (await request.clone().json()) as { id: number; method: string }
      if (method !== 'server/discover') return undefined
      const error = { code: -32601, message: 'Method not found' }
      return Response.json({ jsonrpc: '2.0', id, error }, { status: 400 })
    }
    await create({ id: 'old' })
    expect(methods().slice(0, 4)).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/list',
    ])
  })
})

describe('A deleted server', () => {
  it('is returned whole [MP16]', async () => {
    const { body } = await create()
    const deleted = await remove(`${SERVERS}/docs`)
    expect(deleted.status).toBe(200)
    expect(deleted.body.result).toEqual(body.result)
    expect((await get(`${SERVERS}/docs`)).status).toBe(404)
  })
})
