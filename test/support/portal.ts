import type { McpServer } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, vi } from 'vitest'
import { ACCOUNT, api, type Item } from './api'
import { Client, type Fetch, type Tokens, tokensOf } from './client'
import { type Emulator, TEAM } from './emulator'
import { messagesOf } from './event-stream'
import { UpstreamOAuth } from './oauth-upstream'
import { Person } from './person'
import { type TestUpstream, upstreams } from './upstreams'

const MCP = `${ACCOUNT}/access/ai-controls/mcp`

/** The portal of the tests, at its host on the emulator's port. */
export const PORTAL = 'http://tools.example.com:8788'
export const ENDPOINT = `${PORTAL}/mcp`

export type Policy = Record<string, unknown>
export const EVERYBODY: Policy = {
  name: 'Everybody',
  decision: 'allow',
  include: [{ everyone: {} }],
}
export const onlyFor = (email: string): Policy => ({
  name: `Only ${email}`,
  decision: 'allow',
  include: [{ email: { email } }],
})

/**
 * Puts MCP servers with named tools on the network and resets the emulator, before each test of the calling file.
 *
 * @returns the servers of the current test; empty before the first one
 */
export function useUpstreams<Name extends string>(
  reset: () => Promise<void>,
  ...names: Name[]
): Record<Name, TestUpstream> {
  const servers = {} as Record<Name, TestUpstream>
  beforeEach(async () => {
    Object.assign(servers, upstreams(Object.fromEntries(names.map((id) => [id, namedTools(id)]))))
    await reset()
  })
  afterEach(() => vi.restoreAllMocks())
  return servers
}

/** Makes portals, servers and their applications through the API. */
export class PortalAdmin {
  readonly #api: ReturnType<typeof api>

  constructor(fetch: Fetch) {
    this.#api = api(fetch)
  }

  /** Makes a server at `https://<id>.example.net/mcp`, with its application. */
  async server(id: string, members: object = {}, policies: Policy[] | null = [EVERYBODY]) {
    const hostname = `https://${id}.example.net/mcp`
    await this.#post(`${MCP}/servers`, {
      id,
      name: id.toUpperCase(),
      hostname,
      auth_type: 'unauthenticated',
      ...members,
    })
    if (!policies) return
    const destinations = [{ type: 'via_mcp_server_portal', mcp_server_id: id }]
    await this.application({ name: id, type: 'mcp', destinations, policies })
  }

  /** Makes the portal with these servers, without an application. */
  portalAlone(servers: object[], members: object = {}) {
    const { hostname } = new URL(PORTAL)
    return this.#post(`${MCP}/portals`, {
      id: 'tools',
      name: 'Tools',
      hostname,
      servers,
      ...members,
    })
  }

  /** Makes the portal with these servers, and its application, whose id it returns. */
  async portal(servers: object[], members: object = {}, policies: Policy[] = [EVERYBODY]) {
    await this.portalAlone(servers, members)
    const oauth_configuration = {
      dynamic_client_registration: { allow_any_on_localhost: true, allow_any_on_loopback: true },
      grant: { access_token_lifetime: '15m', session_duration: '336h' },
    }
    return this.application({
      name: 'Tools',
      type: 'mcp_portal',
      domain: new URL(PORTAL).hostname,
      oauth_configuration,
      policies,
    })
  }

  async application(members: object): Promise<string> {
    return (await this.#post(`${ACCOUNT}/access/apps`, members)).id
  }

  putApplication(id: string, members: object) {
    return this.#api.put(`${ACCOUNT}/access/apps/${id}`, members)
  }

  put(path: string, body: object) {
    return this.#api.put(`${MCP}/${path}`, body)
  }

  async read(path: string): Promise<Item> {
    return (await this.#api.get(`${MCP}/${path}`)).body.result
  }

  sync(id: string) {
    return this.#api.post(`${MCP}/servers/${id}/sync`)
  }

  async #post(path: string, body: object): Promise<Item> {
    const { status, body: response } = await this.#api.post(path, body)
    if (status !== 201) throw new Error(JSON.stringify(response))
    return response.result
  }
}

type RpcResponse = {
  status: number
  headers: Headers
  /** The result, or the error of JSON-RPC. */
  result: Record<string, unknown>
  error?: { code: number; message: string; data?: unknown }
  /** The notifications before the response. */
  notifications: Record<string, unknown>[]
}

/** A client of a portal that speaks JSON-RPC: of 2026 without a session, or of 2025 with one. */
export class PortalClient {
  sessionId: string | undefined
  /** The capabilities that requests of 2026 declare. */
  capabilities: object = {}
  #id = 0

  constructor(
    private readonly fetch: Fetch,
    private readonly headers: Record<string, string>,
    private readonly revision: '2026-07-28' | '2025-11-25' = '2026-07-28',
    private readonly url = ENDPOINT,
  ) {}

  /** The client of a grant. */
  static of(fetch: Fetch, token: string, ...rest: ['2025-11-25'?, string?]): PortalClient {
    const [revision = '2026-07-28', url] = rest
    return new PortalClient(fetch, { authorization: `Bearer ${token}` }, revision, url)
  }

  async initialize(capabilities: object = {}, protocolVersion = '2025-11-25') {
    const clientInfo = { name: 'test', version: '1.0.0' }
    const response = await this.send('initialize', { protocolVersion, capabilities, clientInfo })
    this.sessionId = response.headers.get('mcp-session-id') ?? undefined
    return response
  }

  async send(
    method: string,
    params: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<RpcResponse> {
    return read(await this.open(method, params, headers))
  }

  /** Sends a request, and returns the response before it is read. */
  open(
    method: string,
    params: Record<string, unknown> = {},
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const isModern = this.revision === '2026-07-28'
    const _meta = {
      ...(params._meta as object | undefined),
      'io.modelcontextprotocol/protocolVersion': this.revision,
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': this.capabilities,
    }
    const name = params.name ?? params.uri
    const body = { id: ++this.#id, method, params: { ...params, ...(isModern && { _meta }) } }
    return this.post(
      body,
      {
        ...(isModern && { 'mcp-protocol-version': this.revision, 'mcp-method': method }),
        ...(isModern && typeof name === 'string' && { 'mcp-name': name }),
        ...headers,
      },
      signal,
    )
  }

  /** Sends a message of JSON-RPC. */
  post(
    message: object,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return this.fetch(this.url, {
      ...(signal && { signal }),
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...(this.sessionId && { 'mcp-session-id': this.sessionId }),
        ...this.headers,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
  }

  async tools(): Promise<string[]> {
    const { error, result } = await this.send('tools/list')
    if (error) throw new Error(error.message)
    return (result.tools as { name: string }[]).map(({ name }) => name)
  }

  call(name: string, given: object = {}): Promise<RpcResponse> {
    return this.send('tools/call', { name, arguments: given })
  }

  /** The text of a tool's result. */
  async text(name: string, given: object = {}): Promise<string> {
    const { error, result } = await this.call(name, given)
    if (error) throw new Error(error.message)
    return (result.content as { text: string }[]).map(({ text }) => text).join('\n')
  }
}

type RpcMessage = Partial<Pick<RpcResponse, 'error' | 'result'>> & Record<string, unknown>

async function read(response: Response): Promise<RpcResponse> {
  const { headers, status } = response
  const isStream = headers.get('content-type')?.includes('event-stream')
  const messages: RpcMessage[] = []
  if (isStream) for await (const message of messagesOf<RpcMessage>(response)) messages.push(message)
  const text = isStream ? '' : await response.text()
  if (text) messages.push(JSON.parse(text))
  const last = messages.at(-1)
  const notifications = messages.filter(({ id }) => id === undefined)
  return { status, headers, result: last?.result ?? {}, error: last?.error, notifications }
}

/** The tokens of a client of the portal, while automatic sign-in is on. */
export async function connectToPortal(fetch: Fetch): Promise<Tokens & { clientId: string }> {
  const client = new Client(fetch, PORTAL, TEAM)
  const { client_id: clientId } = await client.register()
  const code = await client.code(clientId, { resource: ENDPOINT })
  return { ...(await tokensOf(client.exchange(clientId, code))), clientId }
}

/** The tokens of a client of the portal, for a person; automatic sign-in is off afterwards. */
export async function tokensFor({ fetch, signIn }: Emulator, who: { email: string }) {
  await signIn(who)
  const tokens = await connectToPortal(fetch)
  await signIn(null)
  return tokens
}

type WithOAuth = {
  mapping?: object | undefined
  policies?: Policy[] | undefined
  /** The ids of servers without OAuth. */
  others?: string[]
  resource?: string
}

/** The server docs with an authorization server that the test can change, and the portal that has it. */
export async function portalWithOAuth(
  admin: PortalAdmin,
  docs: TestUpstream,
  { mapping, policies, others = [], ...options }: WithOAuth = {},
): Promise<UpstreamOAuth> {
  const oauth = new UpstreamOAuth('https://docs.example.net', options)
  oauth.protect(docs)
  await admin.server('docs', { auth_type: 'oauth' }, policies)
  for (const id of others) await admin.server(id)
  await admin.portal([
    { server_id: 'docs', ...mapping },
    ...others.map((server_id) => ({ server_id })),
  ])
  return oauth
}

/** A client of the portal while automatic sign-in is on. */
export async function connected(fetch: Fetch, revision?: '2025-11-25'): Promise<PortalClient> {
  return PortalClient.of(fetch, (await connectToPortal(fetch)).access_token, revision)
}

/** A person at a browser, for the team domain and the portal. */
export function personOf(fetch: Fetch): Person {
  return new Person(fetch, [new URL(TEAM).host, new URL(PORTAL).host])
}

/** A person who has logged in and allowed a client, at the page of servers. */
export async function atServers(fetch: Fetch, who: { email: string }, resource = ENDPOINT) {
  const client = new Client(fetch, PORTAL, TEAM)
  const { client_id: clientId } = await client.register()
  const person = personOf(fetch)
  await person.open(await client.authorizationUrl(clientId, { resource }))
  await person.press(who.email)
  await person.press('allow')
  return { person, clientId }
}

/** Finishes the page of servers, and returns the tokens of its client. */
export async function finishServers(fetch: Fetch, at: { person: Person; clientId: string }) {
  await at.person.press('done')
  const code = at.person.callback?.searchParams.get('code') ?? ''
  return tokensOf(new Client(fetch, PORTAL, TEAM).exchange(at.clientId, code))
}

/** Tools that name their server: `search`, `read` and `fail`. */
export function namedTools(id: string) {
  return (server: McpServer) => {
    for (const name of ['search', 'read']) {
      server.registerTool(name, { description: `Of ${id}.` }, () => ({
        content: [{ type: 'text', text: `${id} ${name}` }],
      }))
    }
    server.registerTool('fail', {}, () => ({
      content: [{ type: 'text', text: 'it failed' }],
      isError: true,
    }))
  }
}
