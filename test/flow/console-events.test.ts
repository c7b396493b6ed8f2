import { parse } from 'node-html-parser'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { markdownOf } from '../../src/events/copies'
import type { RecordedEvent } from '../../src/events/event'
import { bearer, Client } from '../support/client'
import { ADA, APP, emulator } from '../support/emulator'

const { fetch, reset, signIn, events } = emulator()
const client = new Client(fetch)
const JSON_RPC = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

beforeEach(reset)
afterAll(reset)

async function page(path: string) {
  const response = await fetch(APP + path)
  return { response, root: parse(await response.text()) }
}

const text = (value: string | undefined) => value?.replaceAll(/\s+/g, ' ').trim()

async function callTool(accessToken: string, name: string): Promise<Response> {
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } }
  const headers = { ...bearer(accessToken), ...JSON_RPC, 'mcp-protocol-version': '2025-06-18' }
  return fetch(`${APP}/mcp`, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function newestEvent(kind: string): Promise<RecordedEvent> {
  const all = (await events()) as unknown as RecordedEvent[]
  const found = all.findLast((event) => event.kind === kind)
  if (!found) throw new Error(`no event ${kind}`)
  return found
}

describe("An event's page", () => {
  const factsOf = async (number: number) => {
    const { root } = await page(`/_emulator/console/events/${number}`)
    const rows = root.querySelectorAll('.facts > div')
    return Object.fromEntries(
      rows.map((row) => [row.querySelector('dt')?.text, row.querySelector('dd')?.text]),
    )
  }

  it('has the MCP message of an admitted request, its outcome, and the status of the origin', async () => {
    await signIn(ADA)
    const { tokens } = await client.connect()
    await callTool(tokens.access_token, 'whoami')
    const { number } = await newestEvent('admission')
    expect(await factsOf(number)).toMatchObject({
      'MCP method': 'tools/call',
      'MCP name': 'whoami',
      'MCP protocol version': '2025-06-18',
      by: 'access-token',
    })
    const { root } = await page(`/_emulator/console/events/${number}`)
    const decision = root.querySelector('.details .what')
    expect(decision?.querySelector('.sign')?.text).toContain('allowed')
    expect(decision?.querySelector('.status')?.text).toBe('origin 200')
  })

  it('has the request line, the decoded parameters and the response headers', async () => {
    await signIn(ADA)
    await client.connect()
    const { number } = await newestEvent('token')
    const { root } = await page(`/_emulator/console/events/${number}`)
    expect(root.text).toContain('POST http://127.0.0.1:8788/cdn-cgi/access/oauth/token')
    expect(await factsOf(number)).toMatchObject({
      grant_type: 'authorization_code',
      redirect_uri: 'http://localhost:53682/callback',
      code: '(hidden)',
      code_verifier: '(hidden)',
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      expiresInSeconds: '900',
    })
    const { number: authorization } = await newestEvent('authorization')
    expect(await factsOf(authorization)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: '(hidden)',
      location: expect.stringContaining('code=(hidden)'),
    })
  })

  it('leads to its neighbours and to its flow', async () => {
    await client.request('/mcp')
    await client.register()
    const { number } = await newestEvent('registration')
    const { root } = await page(`/_emulator/console/events/${number}`)
    const links = root.querySelectorAll('.neighbours a').map((link) => link.getAttribute('href'))
    expect(links[0]).toBe(`/_emulator/console/events/${number - 1}`)
    const flow = await page(links.at(-1) ?? '')
    expect(flow.root.querySelector('.flow-items [aria-current]')?.text).toContain('Test client')
  })

  it('is a page that says so for a number that is not recorded', async () => {
    const { response, root } = await page('/_emulator/console/events/999999')
    expect(response.status).toBe(404)
    expect(root.text).toContain('This event is not recorded')
  })

  it('is linked from the list, whose equal neighbours are one row', async () => {
    for (let each = 0; each < 3; each++) await client.request('/mcp')
    const { root } = await page('/_emulator/console/events')
    const [row] = root.querySelectorAll('.events > li')
    expect(text(row?.querySelector('.what')?.text)).toContain('challenge401×3')
    const { number } = await newestEvent('challenge')
    expect(row?.querySelector('.what a')?.getAttribute('href')).toBe(
      `/_emulator/console/events/${number}`,
    )
  })
})

describe('An event, copied', () => {
  it('as Markdown, has the reason, the change, and JSON that no text of a request can end', async () => {
    await client
      .register({ client_name: '```', redirect_uris: ['http://evil.example/'] })
      .catch(() => {})
    const event = await newestEvent('registration')
    const markdown = markdownOf(event)
    expect(markdown).toContain(event.why)
    expect(markdown).toContain(`**Change:** ${event.change}`)
    expect(markdown.match(/```/g)).toHaveLength(2)
  })
})

describe('The list of flows', () => {
  const agent = (userAgent: string) =>
    new Client((url, init) => {
      const headers = new Headers(init?.headers)
      headers.set('user-agent', userAgent)
      return fetch(url, { ...init, headers })
    })
  const names = async (query: string) => {
    const { root } = await page(`/_emulator/${query}`)
    return root.querySelectorAll('.flow-items bdi').map((each) => each.text)
  }

  it('is sorted by the newest event, and is filtered by text and by outcome', async () => {
    await agent('one/1').request('/mcp')
    await agent('two/1').request('/mcp', 'oauth:nonsense')
    await agent('three/1').request('/mcp')
    await agent('one/1').request('/mcp')
    expect(await names('')).toEqual(['one/1', 'three/1', 'two/1'])
    expect(await names('?text=TWO')).toEqual(['two/1'])
    expect(await names('?outcome=refused')).toEqual(['two/1'])
    expect(await names('?text=nothing')).toEqual([])
    const { root } = await page('/_emulator/?outcome=refused')
    expect(text(root.querySelector('.flow-items small')?.text)).toContain('1 refused')
    expect(root.querySelector('.list-foot')?.text).toContain('Show all (2 hidden)')
  })

  it('is cleared without deleting an event, and has what happens afterwards', async () => {
    await agent('one/1').request('/mcp')
    const { root } = await page('/_emulator/')
    const links = root.querySelectorAll('.list-foot a')
    const clear = links.find((each) => each.text === 'Clear the list')?.getAttribute('href') ?? ''
    const query = clear.slice('/_emulator/'.length)
    expect(await names(query)).toEqual([])
    await agent('two/1').request('/mcp')
    expect(await names(query)).toEqual(['two/1'])
    expect(await names('')).toEqual(['two/1', 'one/1'])
  })

  it('shows MCP messages, and the status of the origin apart from the outcome of Access', async () => {
    await signIn(ADA)
    const { tokens } = await client.connect()
    await callTool(tokens.access_token, 'whoami')
    const { root } = await page('/_emulator/')
    const [step] = root.querySelectorAll('.sequence details').slice(-1)
    expect(step?.querySelector('.call')?.text).toBe('tools/call whoami')
    expect(step?.querySelector('.sign')?.text).toContain('allowed')
    expect(step?.querySelector('.status')?.text).toBe('origin 200')
  })
})

describe('A downloaded flow', () => {
  it('is one file of HTML with every event, without scripts and without links to the emulator', async () => {
    await signIn(ADA)
    await client.request('/mcp')
    const { tokens } = await client.connect({ client_name: 'Saved <b>' })
    await callTool(tokens.access_token, 'whoami')
    const { root } = await page('/_emulator/')
    const link = root.querySelector('a[download]')?.getAttribute('href') ?? ''
    const { response, root: file } = await page(link)
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="flow-Saved-b-.html"',
    )
    expect(file.querySelectorAll('script, img, link, form, button')).toEqual([])
    const addresses = file
      .querySelectorAll('[href], [src]')
      .map((each) => each.getAttribute('href'))
    expect(addresses.filter((each) => !each?.startsWith('#event-'))).toEqual([])
    for (const address of addresses) expect(file.querySelector(address ?? '')).not.toBeNull()
    const kinds = file.querySelectorAll('.saved > h2').map((each) => each.text.replace(/.*: /, ''))
    expect(kinds).toContain('registration')
    expect(kinds.at(-1)).toBe('request admitted')
    expect(file.querySelector('.sequence')?.text).toContain('tools/call whoami')
    expect((await fetch(`${APP}/_emulator/console/flow?id=unknown`)).status).toBe(404)
  })
})
