import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fetch } from '../support/client'
import { MemoryProvider } from '../support/oauth-provider'
import { Person } from '../support/person'
import { type Server, startServer } from '../support/server'

/** One MCP client of the SDK, as in its documentation. */
export type McpClient = {
  connect(): Promise<void>
  /** Redeems the code of the callback. */
  finishAuth(callback: URLSearchParams): Promise<void>
  /** The text of a tool's result. */
  call(tool: string, parameters?: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

export type Sdk = {
  title: string
  open(url: URL, provider: MemoryProvider, fetch: typeof globalThis.fetch): McpClient
  UnauthorizedError: new () => Error
}

/** The tests that every generation of the official SDK has to pass, unmodified. */
export function describeMcpSdk(sdks: Sdk[]): void {
  let server: Server
  let clients: McpClient[]
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    clients = []
    await server.control('POST', 'reset')
    await signInAs('ada@example.com')
  })
  afterEach(() => Promise.all(clients.map((client) => client.close())))

  const signInAs = (email: string, consent = 'allow') =>
    server.control('PUT', 'auto-sign-in', { email, consent })
  // The SDKs request an event stream as well. Time moves between two requests and
  // not during one: otherwise both would find their token expired, and refresh with the same one.
  let underWay = 0
  const advance = async (duration: string) => {
    do await setImmediate()
    while (underWay > 0)
    await server.control('PATCH', 'clock', { advance: duration })
  }
  const newPerson = () =>
    new Person(server.fetch, [`localhost:${server.port}`, `127.0.0.1:${server.port}`])

  describe.each(sdks)('$title', ({ open, UnauthorizedError }) => {
    const openMcp = (person = newPerson(), fetch: Fetch = server.fetch) => {
      const provider = new MemoryProvider(person)
      const url = new URL('/mcp', server.app)
      // The SDKs require a complete `fetch`, but call it with a URL and options only.
      const client = open(url, provider, (input, init) => {
        underWay++
        return fetch(String(input), init).finally(() => underWay--)
      })
      clients.push(client)
      return { provider, client }
    }
    const connected = async () => {
      const { provider, client } = openMcp()
      await expect(client.connect()).rejects.toThrow(UnauthorizedError)
      await client.finishAuth(provider.callback)
      await client.connect()
      return { provider, client }
    }

    it('goes from the 401 to the registration and the authorization [U2, M1, M9]', async () => {
      const requests: string[] = []
      const { provider, client } = openMcp(newPerson(), async (url, init) => {
        const response = await server.fetch(url, init)
        requests.push(`${init?.method ?? 'GET'} ${url} ${response.status}`)
        return response
      })
      await expect(client.connect()).rejects.toThrow(UnauthorizedError)
      expect(requests).toEqual([
        `POST ${server.app}/mcp 401`,
        `GET ${server.app}/.well-known/cloudflare-access-protected-resource/mcp 200`,
        `GET ${server.team}/.well-known/oauth-authorization-server 200`,
        `POST ${server.team}/cdn-cgi/access/oauth/registration 201`,
      ])
      expect(provider.callback.get('code')).toBeTruthy()
    })

    it('calls tools as the person who signed in [O7]', async () => {
      const { client } = await connected()
      const claims = JSON.parse(await client.call('whoami'))
      expect(claims).toMatchObject({ email: 'ada@example.com', iss: server.team, type: 'app' })
      expect(await client.call('echo', { text: 'Grüße' })).toBe('Grüße')
      expect(await client.call('add', { a: 19, b: 23 })).toBe('42')
    })

    it('refreshes automatically once the access token has expired, and stores the rotated token [U9, T12]', async () => {
      const { provider, client } = await connected()
      const before = provider.saved
      await advance('16m')
      expect(await client.call('echo', { text: 'still here' })).toBe('still here')
      expect(provider.saved?.refresh_token).toMatch(/^oauth:/)
      expect(provider.saved?.refresh_token).not.toBe(before?.refresh_token)
      expect(provider.saved?.access_token).not.toBe(before?.access_token)
      expect(provider.authorizations).toBe(1)
    })

    it('refreshes until the session of the grant ends, then requires a login [T17]', async () => {
      const { provider, client } = await connected()
      await advance('23h')
      expect(await client.call('echo', { text: 'the last hour' })).toBe('the last hour')
      await advance('61m')
      await expect(client.call('whoami')).rejects.toThrow(UnauthorizedError)
      expect(provider.invalidated).toEqual(['tokens'])
      expect(provider.authorizations).toBe(2)
      await client.finishAuth(provider.callback)
      expect(await client.call('echo', { text: 'back' })).toBe('back')
    })

    it('receives access_denied at the callback if the person denies consent [RFC 6749 4.1.2.1]', async () => {
      await signInAs('ada@example.com', 'deny')
      const { provider, client } = openMcp()
      await expect(client.connect()).rejects.toThrow(UnauthorizedError)
      expect(provider.callback.get('error')).toBe('access_denied')
      expect(provider.callback.has('code')).toBe(false)
      expect(provider.saved).toBeUndefined()
    })

    it('receives no code for a person whom the policies deny, who sees the block page [A11]', async () => {
      await signInAs('mallory@blocked.example')
      const { provider, client } = openMcp()
      await expect(client.connect()).rejects.toThrow(UnauthorizedError)
      expect(provider.person.callback).toBeUndefined()
      expect(provider.person.page).toMatchObject({
        status: 403,
        title: expect.stringContaining('That account does not have access.'),
      })
    })

    it("skips the login page for the second client in a person's browser, never the consent [A8, A9]", async () => {
      await server.control('PUT', 'auto-sign-in', null)
      const person = newPerson()
      const first = openMcp(person)
      await expect(first.client.connect()).rejects.toThrow(UnauthorizedError)
      await person.press('grace@example.com')
      await person.press('allow')
      await first.client.finishAuth(first.provider.callback)

      const second = openMcp(person)
      await expect(second.client.connect()).rejects.toThrow(UnauthorizedError)
      expect(person.page?.title).toContain('Authorize Client')
      await person.press('allow')
      await second.client.finishAuth(second.provider.callback)
      await second.client.connect()
      expect(JSON.parse(await second.client.call('whoami')).email).toBe('grace@example.com')
      expect(second.provider.client?.client_id).not.toBe(first.provider.client?.client_id)
    })
  })
}
