import { describe, expect, it } from 'vitest'
import {
  findServiceToken,
  isGoodNow,
  type ServiceToken,
  shownServiceToken,
} from '../../src/access/service-token'
import { sha256 } from '../../src/oauth/encoding'

const BOTH = { 'cf-access-client-id': 'a.access', 'cf-access-client-secret': 's' }
const NAMED = JSON.stringify({
  'Cf-Access-Client-Id': 'b.access',
  'cf-access-client-secret': 't',
})
const shown = (headers: Record<string, string>, name?: string) =>
  shownServiceToken(new Headers(headers), name)

describe('A request shows a service token [K35]', () => {
  it('in two headers', () => {
    const credentials = { clientId: 'a.access', clientSecret: 's' }
    expect(shown(BOTH)).toEqual({ credentials, isTwice: false })
    expect(shown(BOTH, 'authorization')).toEqual({ credentials, isTwice: false })
  })

  it('as JSON in the header that the application names, with names in any case', () => {
    const credentials = { clientId: 'b.access', clientSecret: 't' }
    expect(shown({ 'x-token': NAMED }, 'X-Token')).toEqual({ credentials, isTwice: false })
  })

  it('in both ways: the two headers count', () => {
    const credentials = { clientId: 'a.access', clientSecret: 's' }
    expect(shown({ ...BOTH, 'x-token': NAMED }, 'x-token')).toEqual({ credentials, isTwice: true })
  })

  it.each([
    [{ 'cf-access-client-id': 'a.access' }, { clientId: 'a.access', clientSecret: '' }],
    [{ 'cf-access-client-secret': 's' }, { clientId: '', clientSecret: 's' }],
  ])('in one header alone, which is a wrong one: %j', (headers, credentials) => {
    expect(shown(headers)).toEqual({ credentials, isTwice: false })
  })

  it.each<[Record<string, string>, string | undefined, string]>([
    [{}, undefined, 'no header'],
    [{}, 'x-token', 'no header of that name'],
    [{ 'x-token': NAMED }, undefined, 'a header that the application does not name'],
    [{ 'x-token': 'Bearer abc' }, 'x-token', 'no JSON'],
    [{ 'x-token': '{"cf-access-client-id":"a"}' }, 'x-token', 'no secret'],
    [
      { 'x-token': '{"cf-access-client-id":1,"cf-access-client-secret":"s"}' },
      'x-token',
      'a number',
    ],
    [{ 'x-token': 'null' }, 'x-token', 'null'],
  ])('not by %j with the name %s: %s', (headers, name) => {
    expect(shown(headers, name)).toBeUndefined()
  })
})

describe('A service token', () => {
  const NOW = Date.parse('2026-05-04T03:02:01Z') / 1000
  const AT = '2026-05-04T03:02:01Z'
  const token = async (changes: Partial<ServiceToken> = {}): Promise<ServiceToken> => ({
    id: 'ci',
    name: 'CI',
    client_id: 'a.access',
    enabled: true,
    duration: 'forever',
    client_secret_version: 1,
    secretHash: await sha256('s'),
    ...changes,
  })
  const finds = async (clientId: string, clientSecret: string, tokens: ServiceToken[], now = NOW) =>
    (await findServiceToken(tokens, { clientId, clientSecret }, now))?.id

  it('is found by its id and secret, and by no other', async () => {
    const other = await token({ id: 'other', client_id: 'b.access', secretHash: await sha256('t') })
    const tokens = [await token(), other]
    expect(await finds('a.access', 's', tokens)).toBe('ci')
    expect(await finds('b.access', 't', tokens)).toBe('other')
    expect(await finds('a.access', 't', tokens)).toBeUndefined()
    expect(await finds('c.access', 's', tokens)).toBeUndefined()
    expect(await finds('a.access', '', tokens)).toBeUndefined()
  })

  it('is valid until the second at which it expires, and only if it is enabled', async () => {
    const expiring = await token({ expires_at: AT })
    expect(isGoodNow(expiring, NOW - 1)).toBe(true)
    expect(isGoodNow(expiring, NOW)).toBe(false)
    expect(isGoodNow(await token({ enabled: false }), NOW)).toBe(false)
    expect(await finds('a.access', 's', [expiring], NOW)).toBeUndefined()
  })

  it('has its previous secret until the end of the overlap [K15]', async () => {
    const previous = { secretHash: await sha256('old'), expires_at: AT }
    const tokens = [await token({ previous })]
    expect(await finds('a.access', 'old', tokens, NOW - 1)).toBe('ci')
    expect(await finds('a.access', 'old', tokens, NOW)).toBeUndefined()
    expect(await finds('a.access', 's', tokens, NOW - 1)).toBe('ci')
    expect(await finds('a.access', 's', tokens, NOW)).toBe('ci')
  })
})
