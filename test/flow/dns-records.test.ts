import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCOUNT, type ApiResponse, api, type Item } from '../support/api'
import { oauthClient } from '../support/dashboard'
import { APP, carrying, emulator, stopClock } from '../support/emulator'

stopClock()
const world = emulator()
const cloudflare = api(world.fetch)
beforeEach(world.reset)

const TXT = { type: 'TXT', name: 'example.com', content: '"a text"' }
const zoneId = async (name: string) =>
  (await cloudflare.get<Item[]>(`/zones?name=${name}`)).body.result[0]?.id ?? ''
const recordsOf = async (zone = 'example.com') => `/zones/${await zoneId(zone)}/dns_records`
const create = async (body: object, zone?: string) =>
  cloudflare.post<Item>(await recordsOf(zone), body)
const refused = ({ status, body }: ApiResponse<unknown>) => [
  status,
  body.errors[0]?.code,
  body.errors[0]?.source?.pointer,
]

describe('The DNS records of a zone [V29]', () => {
  it('are created, read, changed, overwritten, listed and deleted', async () => {
    const LIST = await recordsOf()
    const created = await create({ ...TXT, comment: 'a comment', tags: ['owner:ada'] })
    const { id } = created.body.result
    const record = {
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ...TXT,
      ttl: 1,
      proxied: false,
      proxiable: false,
      comment: 'a comment',
      tags: ['owner:ada'],
      settings: {},
      meta: {},
      created_on: expect.any(String),
      modified_on: expect.any(String),
    }
    expect([created.status, created.body.result]).toEqual([200, record])
    expect((await cloudflare.get(`${LIST}/${id}`)).body.result).toEqual(record)
    await world.advance('1h')
    const patched = await cloudflare.patch(`${LIST}/${id}`, { ttl: 300 })
    expect(patched.body.result).toMatchObject({ ...TXT, ttl: 300, comment: 'a comment' })
    expect(patched.body.result.created_on).toBe(created.body.result.created_on)
    expect(patched.body.result.modified_on).not.toBe(created.body.result.modified_on)
    const put = await cloudflare.put(`${LIST}/${id}`, { ...TXT, content: 'other' })
    expect(put.body.result).toMatchObject({ id, content: 'other', ttl: 1, comment: null, tags: [] })
    expect((await cloudflare.get<Item[]>(LIST)).body.result).toEqual([put.body.result])
    const deleted = await cloudflare.delete(`${LIST}/${id}`)
    expect([deleted.status, deleted.body.result]).toEqual([200, { id }])
    expect(refused(await cloudflare.get(`${LIST}/${id}`)).slice(0, 2)).toEqual([404, 81044])
    expect((await cloudflare.get(LIST)).body.result).toEqual([])
  })

  it.each([
    ['@', 'example.com'],
    ['www', 'www.example.com'],
    ['WWW.Example.com.', 'www.example.com'],
    ['other.test', 'other.test.example.com'],
  ])('have full names: %s is %s', async (name, full) => {
    expect((await create({ ...TXT, name })).body.result.name).toBe(full)
  })

  it('belong to one zone, whose name follows from the clients and applications', async () => {
    await cloudflare.post(`${ACCOUNT}/oauth_clients`, {
      ...oauthClient(),
      client_uri: 'https://www.app.test/home',
    })
    const { body } = await create({ ...TXT, name: '@' }, 'app.test')
    expect(body.result.name).toBe('app.test')
    expect((await cloudflare.get(await recordsOf())).body.result).toEqual([])
    expect((await cloudflare.get<Item[]>(await recordsOf('app.test'))).body.result).toHaveLength(1)
    const other = `/zones/${'e'.repeat(32)}/dns_records`
    const named = await cloudflare.post<Item>(other, { ...TXT, name: 'a.unknown.test' })
    expect(named.body.result.name).toBe('a.unknown.test')
  })

  it.each([
    ['type=TXT', ['a']],
    ['name=b.example.com', ['b']],
    ['name.exact=b.example.com', ['b']],
    ['name.contains=example', ['a', 'b', 'c']],
    ['content=192.0.2.1', ['b']],
    ['content.contains=192.0.2', ['b', 'c']],
    ['search=192.0.2.2', ['c']],
    ['type=A&direction=desc', ['c', 'b']],
    ['per_page=2&page=2', ['c']],
  ])('are filtered and paged: %s', async (query, names) => {
    await create({ ...TXT, name: 'a' })
    await create({ type: 'A', name: 'b', content: '192.0.2.1' })
    await create({ type: 'A', name: 'c', content: '192.0.2.2' })
    const { result } = (await cloudflare.get<Item[]>(`${await recordsOf()}?${query}`)).body
    expect(result.map(({ name }) => String(name).split('.')[0])).toEqual(names)
  })

  it.each<[problem: string, body: object, code: number, pointer: string]>([
    ['no IPv4 address', { type: 'A', name: 'a', content: 'x' }, 9005, '/content'],
    ['no IPv6 address', { type: 'AAAA', name: 'a', content: '192.0.2.1' }, 9006, '/content'],
    ['no host', { type: 'CNAME', name: 'a', content: 'https://x' }, 9007, '/content'],
    ['an MX without a priority', { type: 'MX', name: 'a', content: 'mx.test' }, 9101, '/priority'],
    ['no content', { type: 'TXT', name: 'a' }, 9101, '/content'],
    ['a TXT behind the proxy', { ...TXT, proxied: true }, 9004, '/proxied'],
    ['an unknown type', { ...TXT, type: 'XYZ' }, 1004, '/type'],
    ['a TTL of ten seconds', { ...TXT, ttl: 10 }, 1004, '/ttl'],
    ['no name', { type: 'TXT', content: 'x' }, 1004, '/name'],
  ])('are refused with %s, and nothing is stored', async (_, body, code, pointer) => {
    expect(refused(await create(body))).toEqual([400, code, pointer])
    expect((await cloudflare.get(await recordsOf())).body.result).toEqual([])
  })

  it('are unique, and a CNAME stands alone', async () => {
    await create({ type: 'A', name: 'a', content: '192.0.2.1', proxied: true })
    await create({ type: 'CNAME', name: 'c', content: 'a.example.com' })
    const codes = []
    for (const [type, name, content] of [
      ['A', 'a', '192.0.2.1'],
      ['CNAME', 'a', 'b.example.com'],
      ['AAAA', 'c', '2001:db8::1'],
    ]) {
      codes.push((await create({ type, name, content })).body.errors[0]?.code)
    }
    expect(codes).toEqual([81058, 81053, 81053])
    expect((await create({ type: 'A', name: 'a', content: '192.0.2.2' })).status).toBe(200)
  })

  it.each([
    ['DNS Read', 200, 403],
    ['DNS Write', 200, 200],
    ['Zone Read', 403, 403],
  ])('need a permission: %s [V25]', async (permission, read, write) => {
    const API_TOKENS = [{ name: 'x', token: 'x', permissions: [permission] }]
    const { fetch } = emulator({ API_TOKENS })
    const limited = api(carrying(fetch, { authorization: 'Bearer x' }))
    const LIST = await recordsOf()
    expect((await limited.get(LIST)).status).toBe(read)
    expect((await limited.post(LIST, TXT)).status).toBe(write)
  })
})

describe('A TXT record verifies the domain of an OAuth client [C10]', () => {
  const CLIENTS = `${ACCOUNT}/oauth_clients`
  const client = async () => {
    const body = { ...oauthClient(), client_uri: 'https://app.test/' }
    const { result } = (await cloudflare.post(CLIENTS, body)).body
    const { text } = result.client_uri_verification as { text: string }
    return { path: `${CLIENTS}/${result.client_id}`, text }
  }
  const statusOf = async (path: string) => {
    const { result } = (await cloudflare.get(path)).body
    return (result.client_uri_verification as { status: string }).status
  }

  it.each([
    ['as it is', (text: string) => text],
    ['in quotes', (text: string) => `"${text}"`],
  ])('with its content %s', async (_, quoted) => {
    const { path, text } = await client()
    await create({ type: 'TXT', name: '@', content: quoted(text) }, 'app.test')
    await vi.waitFor(async () => expect(await statusOf(path)).toBe('verified'), 20_000)
  })

  it('and is listed by the control, beside the records that it was given', async () => {
    const dns = (init?: RequestInit) => world.fetch(`${APP}/_emulator/dns`, init)
    const headers = { 'content-type': 'application/json' }
    await dns({ method: 'PUT', headers, body: '{"example.com":["put"]}' })
    await create(TXT)
    await create({ type: 'A', name: '@', content: '192.0.2.1' })
    expect(await (await dns()).json()).toEqual({ 'example.com': ['put', 'a text'] })
  })

  it('and survives in a snapshot once', async () => {
    await create(TXT)
    const state = await (await world.fetch(`${APP}/_emulator/state`)).text()
    await world.reset()
    const headers = { 'content-type': 'application/json' }
    await world.fetch(`${APP}/_emulator/state`, { method: 'PUT', headers, body: state })
    const dns = await world.fetch(`${APP}/_emulator/dns`)
    expect(await dns.json()).toEqual({ 'example.com': ['a text'] })
  })
})
