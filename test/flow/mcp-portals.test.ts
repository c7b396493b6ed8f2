import type { McpServer } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import { emulator, stopClock } from '../support/emulator'
import { upstreams } from '../support/upstreams'

stopClock()

const { fetch, reset } = emulator()
const { delete: remove, get, post, put } = api(fetch)
const MCP = `${ACCOUNT}/access/ai-controls/mcp`
const PORTALS = `${MCP}/portals`
const APPS = `${ACCOUNT}/access/apps`

const text = (content: string) => ({ content: [{ type: 'text' as const, text: content }] })

function docs(server: McpServer) {
  for (const name of ['search', 'read', 'write']) server.registerTool(name, {}, () => text(name))
}

const server = (id: string) => ({
  id,
  name: id,
  hostname: 'https://docs.example.net/mcp',
  auth_type: 'unauthenticated',
})
const PORTAL = { id: 'tools', name: 'Tools', hostname: 'tools.example.com' }
const create = (members: object = {}) => post(PORTALS, { ...PORTAL, ...members })
const read = async () => (await get(`${PORTALS}/tools`)).body.result
type Shown = Item & { servers: (Item & { updated_tools: Record<string, unknown>[] })[] }

beforeEach(async () => {
  upstreams({ docs })
  await reset()
  await post(`${MCP}/servers`, server('docs'))
})
afterEach(() => vi.restoreAllMocks())

describe('A new portal', () => {
  it('has the defaults of its members and of its servers [MP12, MP13]', async () => {
    const { status, body } = await create({ servers: [{ server_id: 'docs' }] })
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('errors')
    expect(body.result).toMatchObject({
      ...PORTAL,
      code_mode: 'opt_in',
      allow_code_mode: true,
      secure_web_gateway: false,
      servers: [
        {
          id: 'docs',
          server_id: 'docs',
          on_behalf: true,
          default_disabled: false,
          status: 'ready',
        },
      ],
    })
  })

  it('is refused if there are twenty already', async () => {
    const numbers = Array.from({ length: 21 }, (_, index) => index)
    const statuses = []
    for (const number of numbers) {
      const { status } = await create({ id: `p${number}`, hostname: `p${number}.example.com` })
      statuses.push(status)
    }
    expect(statuses).toEqual(numbers.map((number) => (number < 20 ? 201 : 400)))
  })

  it('names the administrators who made and changed it', async () => {
    const as = (email: string, method: string, path: string, body: object) =>
      fetch(`http://localhost:8788/client/v4${path}`, {
        method,
        headers: { 'x-auth-email': email, 'x-auth-key': 'k', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await as('ada@example.com', 'POST', PORTALS, PORTAL)).status).toBe(201)
    await as('grace@example.com', 'PUT', `${PORTALS}/tools`, { name: 'Renamed' })
    expect(await read()).toMatchObject({
      name: 'Renamed',
      created_by: 'ada@example.com',
      modified_by: 'grace@example.com',
    })
  })

  it('shows an entry for each prompt of its servers, beside those for tools [MP10]', async () => {
    upstreams({
      docs: (asked) => asked.registerPrompt('ask', {}, () => ({ messages: [] })),
    })
    await post(`${MCP}/servers`, server('asked'))
    const { result } = (await create({ servers: [{ server_id: 'asked' }] })).body
    expect(result.servers).toMatchObject([
      { updated_tools: [], updated_prompts: [{ name: 'ask' }] },
    ])
  })

  it.each([
    ['off', true],
    ['enforced', false],
  ])(
    'with code_mode %s and allow_code_mode %s is refused [MP12]',
    async (code_mode, allow_code_mode) => {
      const { status, body } = await create({ code_mode, allow_code_mode })
      expect(status).toBe(400)
      expect(body.errors).toMatchObject([{ code: 7001, path: ['body', 'allow_code_mode'] }])
    },
  )

  it.each([
    [true, 'opt_in'],
    [false, 'off'],
  ])(
    'with allow_code_mode %s alone has code_mode %s [MP12]',
    async (allow_code_mode, code_mode) => {
      expect((await create({ allow_code_mode })).body.result).toMatchObject({ code_mode })
    },
  )

  it('cannot have the hostname of another portal [MP15]', async () => {
    await create()
    const { status, body } = await create({ id: 'other' })
    expect(status).toBe(400)
    expect(body.errors[0]?.message).toContain('already in use in a different MCP Portal')
  })

  it.each([
    ['a hostname that is a URL', { hostname: 'https://tools.example.com' }, 'hostname'],
    ['an id with a dot', { id: 'a.b' }, 'id'],
    ['no name', { name: undefined }, 'name'],
    ['an unknown server', { servers: [{ server_id: 'none' }] }, 'servers.0.server_id'],
    [
      'a server twice',
      { servers: [{ server_id: 'docs' }, { server_id: 'docs' }] },
      'servers.1.server_id',
    ],
    [
      'an override for an unknown tool',
      { servers: [{ server_id: 'docs', updated_tools: [{ name: 'none' }] }] },
      'servers.0.updated_tools.0.name',
    ],
  ])('with %s is refused: 400 7001 [MP2, MP11]', async (_, members, path) => {
    const { status, body } = await create(members)
    expect(status).toBe(400)
    const [error] = body.errors as unknown as { code: number; path: string[] }[]
    expect(error?.code).toBe(7001)
    expect(error?.path.slice(1).join('.')).toBe(path)
    expect((await get<Item[]>(PORTALS)).body.result).toEqual([])
  })
})

describe('The overrides of a portal', () => {
  it('are one entry for each tool, in the order of the catalogue [MP10]', async () => {
    await put(`${MCP}/servers/docs`, {
      updated_tools: [{ name: 'read', alias: 'look', description: 'Of the server.' }],
    })
    await create({
      servers: [
        { server_id: 'docs', updated_tools: [{ name: 'write', enabled: false, alias: 'save' }] },
      ],
    })
    const { servers } = (await read()) as Shown
    expect(servers[0]?.updated_tools).toEqual([
      { name: 'search', enabled: true },
      { name: 'read', enabled: true, server_alias: 'look', server_description: 'Of the server.' },
      { name: 'write', enabled: false, portal_alias: 'save' },
    ])
  })

  it('are kept by a PUT without servers, and replaced by one with them [MP9]', async () => {
    const updated_tools = [{ name: 'read', enabled: false }]
    await create({ servers: [{ server_id: 'docs', updated_tools }] })
    const enabled = async () =>
      ((await read()) as Shown).servers[0]?.updated_tools.map((each) => each.enabled)
    await put(`${PORTALS}/tools`, { name: 'Renamed' })
    expect(await read()).toMatchObject({ name: 'Renamed' })
    expect(await enabled()).toEqual([true, false, true])
    await put(`${PORTALS}/tools`, { servers: [{ server_id: 'docs' }] })
    expect(await enabled()).toEqual([true, true, true])
  })

  it('expose only what is enabled by name, if the server is disabled by default [MP44]', async () => {
    const updated_tools = [{ name: 'read', enabled: true }]
    await create({ servers: [{ server_id: 'docs', default_disabled: true, updated_tools }] })
    const { servers } = (await read()) as Shown
    expect(servers[0]?.updated_tools.map((each) => each.enabled)).toEqual([false, true, false])
  })
})

describe('A deletion', () => {
  it('of a portal returns it without its servers [MP16]', async () => {
    await create({ servers: [{ server_id: 'docs' }] })
    const { status, body } = await remove(`${PORTALS}/tools`)
    expect(status).toBe(200)
    expect(body.result).toMatchObject(PORTAL)
    expect(body.result).not.toHaveProperty('servers')
    expect((await get(`${PORTALS}/tools`)).status).toBe(404)
  })

  it('of a server removes it from its portals [MP16]', async () => {
    await create({ servers: [{ server_id: 'docs' }] })
    await remove(`${MCP}/servers/docs`)
    expect(await read()).toMatchObject({ servers: [] })
  })
})

describe('A list', () => {
  it('is searched by id, name and hostname, and ends with an empty page [MP14]', async () => {
    await create()
    await create({ id: 'other', name: 'Other', hostname: 'other.example.com' })
    const found = async (query: string) =>
      (await get<Item[]>(`${PORTALS}?${query}`)).body.result.map(({ id }) => id)
    expect(await found('')).toEqual(['tools', 'other'])
    expect(await found('search=other.example')).toEqual(['other'])
    expect(await found('page=2&per_page=1')).toEqual(['other'])
    expect(await found('page=3&per_page=1')).toEqual([])
  })
})

describe('The Access applications of portals and servers', () => {
  const types = async () =>
    (await get<Item[]>(APPS)).body.result
      .map(({ type }) => type)
      .filter((each) => each !== 'self_hosted')

  it('are not made by the API [MP21]', async () => {
    await create({ servers: [{ server_id: 'docs' }] })
    expect(await types()).toEqual([])
  })

  it('are made and deleted as the dashboard does it, if the quirk is on [MP21]', async () => {
    const quirky = emulator({ QUIRKS: ['dashboard-portals'] })
    const dashboard = api(quirky.fetch)
    await dashboard.post(`${MCP}/servers`, server('more'))
    await dashboard.post(PORTALS, { ...PORTAL, servers: [{ server_id: 'more' }] })
    expect((await types()).sort()).toEqual(['mcp', 'mcp_portal'])
    await dashboard.delete(`${MCP}/servers/more`)
    await dashboard.delete(`${PORTALS}/tools`)
    expect(await types()).toEqual([])
  })

  it('stay without the quirk, and with it if they are of another portal [MP21]', async () => {
    const dashboard = api(emulator({ QUIRKS: ['dashboard-portals'] }).fetch)
    await dashboard.post(PORTALS, PORTAL)
    await dashboard.post(PORTALS, { ...PORTAL, id: 'other', hostname: 'other.example.com' })
    await remove(`${PORTALS}/tools`)
    await dashboard.delete(`${PORTALS}/other`)
    const { result } = (await get<Item[]>(APPS)).body
    expect(result.map(({ domain }) => domain)).toEqual(['*', 'tools.example.com'])
  })

  it.each([
    ['mcp_portal', { type: 'via_mcp_server_portal', mcp_server_id: 'docs' }],
    ['self_hosted', { type: 'via_mcp_server_portal', mcp_server_id: 'docs' }],
    ['mcp', { type: 'public', uri: 'tools.example.com/mcp' }],
  ])('of type %s cannot have the destination %j: 400 12130 [MP22]', async (type, destination) => {
    const domain = type === 'mcp' ? {} : { domain: 'tools.example.com' }
    const { status, body } = await post(APPS, {
      name: 'A',
      type,
      ...domain,
      destinations: [destination],
    })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ code: 12130 }])
  })
})
