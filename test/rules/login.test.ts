import { describe, expect, it } from 'vitest'
import { loginUrl, readLogin } from '../../src/access/login'
import { teamDomain } from '../../src/access/team-domain'
import { signTicket } from '../../src/access/ticket'
import { sha256 } from '../../src/oauth/encoding'
import { applicationWith } from './applications'

const NOW = 1_790_000_000
const SECRET = new TextEncoder().encode('the secret of this emulator')
const settings = { TEAM_DOMAIN: '127.0.0.1', ACCESS_PATH: 'auto' } as const
const team = teamDomain(settings, new URL('http://localhost:8788/'), undefined)
const application = await applicationWith()
const LOGIN = {
  redirectUrl: '/whoami?a=1&b=é',
  application: {
    origin: 'http://localhost:8788',
    nonce: 'n0123456789abcdef',
    accessPath: '/cdn-cgi/access' as const,
  },
}

const REDIRECT = await sha256('/')
const urlOf = async (login: Parameters<typeof loginUrl>[4] = LOGIN) =>
  new URL(await loginUrl(team, SECRET, application, 'localhost:8788', login, NOW))
const read = ({ searchParams }: URL, now = NOW) => readLogin(SECRET, searchParams, now)

describe('The address of the login page', () => {
  it('is /login/<host> of the team domain with kid, meta and redirect_url [U11]', async () => {
    const url = await urlOf()
    expect(url.href.split('?')[0]).toBe('http://127.0.0.1:8788/cdn-cgi/access/login/localhost:8788')
    expect([...url.searchParams.keys()]).toEqual(['kid', 'meta', 'redirect_url'])
    expect(url.searchParams.get('kid')).toBe(application.aud)
    expect(url.searchParams.get('meta')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('has the return path encoded [U11]', async () => {
    expect((await urlOf({ redirectUrl: '/api/whoami?a=b&c' })).search).toMatch(
      /&redirect_url=%2Fapi%2Fwhoami%3Fa%3Db%26c$/,
    )
  })

  it('is below the reachable path', async () => {
    const reached = { ...team, accessPath: '/.access' } as const
    const url = await loginUrl(reached, SECRET, application, 'localhost:8788', LOGIN, NOW)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8788\/\.access\/login\/localhost:8788\?/)
  })
})

describe('A login', () => {
  it('is parsed into its values', async () => {
    expect(await read(await urlOf())).toMatchObject({ ...LOGIN, applicationId: application.id })
  })

  it.each([
    { redirectUrl: '/cdn-cgi/access/oauth/authorization?client_id=a' },
    { redirectUrl: '/', again: true },
    { redirectUrl: '' },
  ])('may return to the team domain, and require a new login: %j', async (login) => {
    const back = await read(await urlOf(login))
    expect(back).toMatchObject(login)
    expect(back?.application).toBeUndefined()
  })

  it.each([
    ['https://evil.example/', 'another site'],
    ['//evil.example/', 'another site'],
    ['/whoami?a=1', 'another query'],
    ['/', 'another path'],
    ['', 'nothing'],
    ['/whoami?a=1&b=é ', 'a space more'],
  ])('returns only to the requested address, not to %j: %s', async (redirectUrl) => {
    const url = await urlOf()
    url.searchParams.set('redirect_url', redirectUrl)
    expect(await read(url)).toBeUndefined()
  })

  it('does not return to the address of another login', async () => {
    const [one, other] = [await urlOf(), await urlOf({ redirectUrl: '/other' })]
    one.searchParams.set('meta', other.searchParams.get('meta') ?? '')
    expect(await read(one)).toBeUndefined()
  })

  it.each([
    ['redirect_url', '/whoami?a=1&b=é'],
    ['redirect_url', '//evil.example/'],
  ])('returns to the requested address even if %s is repeated: %s', async (name, value) => {
    const url = await urlOf()
    url.searchParams.append(name, value)
    expect(await read(url)).toMatchObject({ redirectUrl: LOGIN.redirectUrl })
  })

  it.each(['meta', 'redirect_url'])('requires its %s', async (name) => {
    const url = await urlOf()
    url.searchParams.delete(name)
    expect(await read(url)).toBeUndefined()
  })

  it('expires after 15 minutes', async () => {
    const url = await urlOf()
    expect(await read(url, NOW + 899)).toBeDefined()
    expect(await read(url, NOW + 900)).toBeUndefined()
  })

  it('is invalid with another secret, as after a reset', async () => {
    const { searchParams } = await urlOf()
    const other = new TextEncoder().encode('the secret after a reset')
    expect(await readLogin(other, searchParams, NOW)).toBeUndefined()
  })

  it.each([
    ['session', { applicationId: application.id, redirect: REDIRECT }],
    ['consent', { applicationId: application.id, redirect: REDIRECT }],
    ['authorized', { applicationId: application.id, redirect: REDIRECT }],
    ['login', { redirect: REDIRECT }],
    ['login', { applicationId: application.id }],
    ['login', { applicationId: application.id, redirect: REDIRECT, application: {} }],
  ] as const)('is no ticket of another step or form: %s %j', async (step, claims) => {
    const meta = await signTicket(SECRET, step, claims, NOW, 60)
    const query = new URLSearchParams({ meta, redirect_url: '/' })
    expect(await readLogin(SECRET, query, NOW)).toBeUndefined()
  })
})
