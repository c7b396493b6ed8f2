import { beforeEach, describe, expect, it } from 'vitest'
import { ADA, emulator, stopClock } from '../support/emulator'
import {
  connectToPortal,
  ENDPOINT,
  PortalAdmin,
  PortalClient,
  useUpstreams,
} from '../support/portal'

stopClock()

const { fetch, reset, signIn } = emulator()
const admin = new PortalAdmin(fetch)

const upstream = useUpstreams(reset, 'docs')
let token: string
beforeEach(async () => {
  await signIn(ADA)
  await admin.server('docs')
  const updated_tools = [{ name: 'fail', enabled: false }]
  await admin.portal([{ server_id: 'docs', updated_tools }])
  token = (await connectToPortal(fetch)).access_token
})

const at = (query: string) => PortalClient.of(fetch, token, undefined, `${ENDPOINT}?${query}`)
const own = (name: string) => !/^portal_(list|toggle)_/.test(name)
const shown = async (query: string) => (await at(query).tools()).filter(own)
const PAIR = ['portal_codemode_search', 'portal_codemode_execute']
const TOOLS = ['docs_search', 'docs_read']

describe('optimize_context', () => {
  it('minimize_tools lists names only, and portal_query_tools has the definitions [MP51]', async () => {
    const client = at('optimize_context=minimize_tools')
    const { result } = await client.send('tools/list')
    expect(result.tools).toContainEqual({ name: 'docs_read', inputSchema: { type: 'object' } })
    const found = JSON.parse(await client.text('portal_query_tools', { pattern: '^docs_re' }))
    expect(found).toMatchObject([{ name: 'docs_read', description: 'Of docs.' }])
    expect(await client.text('docs_read')).toBe('docs read')
  })

  it('search_and_execute has two tools in place of all [MP51]', async () => {
    const client = at('optimize_context=search_and_execute')
    expect((await client.tools()).filter(own)).toEqual(['portal_query_tools', 'portal_execute'])
    expect(await client.text('portal_execute', { name: 'docs_read' })).toBe('docs read')
  })

  it('finds and calls no disabled tool, and its server gets no request [MP43]', async () => {
    const client = at('optimize_context=search_and_execute')
    upstream.docs.received.length = 0
    expect(await client.text('portal_query_tools', { pattern: 'fail' })).toBe('[]')
    const { error } = await client.call('portal_execute', { name: 'docs_fail' })
    expect(error).toMatchObject({ code: -32602 })
    expect(upstream.docs.received).toEqual([])
  })
})

describe('Code Mode', () => {
  it.each([
    ['off', '', TOOLS],
    ['off', 'codemode=search_and_execute', TOOLS],
    ['opt_in', '', TOOLS],
    ['opt_in', 'codemode=search_and_execute', PAIR],
    ['default_on', '', PAIR],
    ['default_on', 'codemode=off', TOOLS],
    ['enforced', '', PAIR],
    ['enforced', 'codemode=off', PAIR],
  ])('under %s with "%s" shows %j [MP52]', async (code_mode, query, expected) => {
    await admin.put('portals/tools', { code_mode })
    expect(await shown(query)).toEqual(expected)
  })

  it('searches names of JavaScript, without disabled tools, and runs no code [MP53, MP54]', async () => {
    const client = at('codemode=search_and_execute')
    const code = 'async () => codemode.tools()'
    const found = JSON.parse(await client.text('portal_codemode_search', { code }))
    expect(found.map(({ name }: { name: string }) => name)).toEqual(TOOLS)
    upstream.docs.received.length = 0
    const { result } = await client.call('portal_codemode_execute', { code })
    expect(result.isError).toBe(true)
    expect(JSON.stringify(result.content)).toContain('not available here')
    expect((await client.call('docs_read')).error).toMatchObject({ code: -32602 })
    expect(upstream.docs.received).toEqual([])
  })
})
