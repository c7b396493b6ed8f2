import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Edit } from '../../src/store/configuration'
import { inZone, merged, overHttps, resolverOf, txtRecordsIn } from '../../src/store/emulator/dns'

afterEach(() => vi.unstubAllGlobals())

it.each(['constructor', '__proto__', 'toString', 'none.example'])(
  'A host that is not in the emulated zone has no records: %s',
  async (host) => {
    expect(await inZone({ 'a.example': ['x'] })(host)).toEqual([])
  },
)

it('A host in the emulated zone has its records', async () => {
  expect(await inZone({ 'a.example': ['x', 'y'] })('a.example')).toEqual(['x', 'y'])
})

it('A host has the records of the control and those of the API', () => {
  const [control, created] = [{ 'a.example': ['x'], 'b.example': ['y'] }, { 'a.example': ['z'] }]
  expect(merged(control, created)).toEqual({ 'a.example': ['x', 'z'], 'b.example': ['y'] })
  expect(merged({}, created)).toEqual(created)
})

describe('The records that the API has created', () => {
  const edit = (value: object | null, kind = 'dnsRecords') => ({ kind, id: 'x', value }) as Edit

  it('are the TXT records by host, without their quotes (RFC 1035 5.1)', () => {
    const zone = txtRecordsIn([
      edit({ type: 'TXT', name: 'a.example', content: '"one"' }),
      edit({ type: 'TXT', name: 'a.example', content: '"in two " "pieces"' }),
      edit({ type: 'TXT', name: 'b.example', content: String.raw`"a \"quoted\" text"` }),
      edit({ type: 'TXT', name: 'c.example', content: 'bare' }),
    ])
    expect(zone).toEqual({
      'a.example': ['one', 'in two pieces'],
      'b.example': ['a "quoted" text'],
      'c.example': ['bare'],
    })
  })

  it('do not include records of other types, deleted ones, and other kinds of edits', () => {
    const TXT = { type: 'TXT', name: 'a.example', content: 'x' }
    expect(
      txtRecordsIn([edit({ ...TXT, type: 'CNAME' }), edit(null), edit(TXT, 'oauthClients')]),
    ).toEqual({})
  })
})

describe('DNS_RESOLVER is asked over HTTPS in the JSON format', () => {
  const respond = (body: unknown, status = 200) => {
    const fetched = vi.fn(async () => Response.json(body, { status }))
    vi.stubGlobal('fetch', fetched)
    return fetched as unknown as ReturnType<typeof vi.fn<typeof fetch>>
  }
  const lookUp = overHttps('https://resolver.example/dns-query?key=1')

  it('for the TXT records of the host', async () => {
    const fetched = respond({ Answer: [] })
    await lookUp('a.example')
    const [[url, init] = []] = fetched.mock.calls
    expect(String(url)).toBe('https://resolver.example/dns-query?key=1&name=a.example&type=TXT')
    expect(init).toMatchObject({ headers: { accept: 'application/dns-json' } })
    expect(init?.signal).toBeInstanceOf(AbortSignal)
  })

  it('and only TXT records count, not the CNAME that leads to them', async () => {
    respond({
      Answer: [
        { type: 5, data: 'b.example.' },
        { type: 16, data: '"one"' },
        { type: 16, data: '"two"' },
      ],
    })
    expect(await lookUp('a.example')).toEqual(['one', 'two'])
  })

  it('and a response without an answer has no records', async () => {
    respond({ Status: 3 })
    expect(await lookUp('a.example')).toEqual([])
  })

  it('and any other status is an error', async () => {
    respond({ Answer: [] }, 500)
    await expect(lookUp('a.example')).rejects.toThrow('the status 500')
  })

  it('if it is set; otherwise the emulated zone has the records', async () => {
    const fetched = respond({ Answer: [{ type: 16, data: '"real"' }] })
    const zone = { 'a.example': ['emulated'] }
    expect(await resolverOf(undefined).lookUpIn(zone)('a.example')).toEqual(['emulated'])
    expect(fetched).not.toHaveBeenCalled()
    const real = resolverOf('https://resolver.example/').lookUpIn(zone)
    expect(await real('a.example')).toEqual(['real'])
  })
})
