import { describe, expect, it } from 'vitest'
import { appCookie, appTokens, isBound, loginCookies } from '../../src/gate/app-cookie'
import { applicationWith } from './applications'

const HTTP = new URL('http://localhost/mcp/page')
const HTTPS = new URL('https://localhost/mcp/page')
const SECRET = new TextEncoder().encode('secret')

describe('The cookie of an application [K1]', () => {
  it.each<[what: string, members: Record<string, unknown>, page: URL, attributes: string]>([
    ['by default', {}, HTTPS, 'Path=/; Secure; HttpOnly'],
    ['over http, where a browser would refuse Secure', {}, HTTP, 'Path=/; HttpOnly'],
    ['for scripts', { http_only_cookie_attribute: false }, HTTPS, 'Path=/; Secure'],
    ['lax', { same_site_cookie_attribute: 'lax' }, HTTP, 'Path=/; HttpOnly; SameSite=Lax'],
    ['strict', { same_site_cookie_attribute: 'strict' }, HTTP, 'Path=/; HttpOnly; SameSite=Strict'],
    [
      'for other sites, which requires Secure',
      { same_site_cookie_attribute: 'none' },
      HTTP,
      'Path=/; Secure; HttpOnly; SameSite=None',
    ],
    [
      'for the path of its domain',
      { domain: 'localhost/mcp', path_cookie_attribute: true },
      HTTP,
      'Path=/mcp; HttpOnly',
    ],
    [
      'for every path, if its domain has none',
      { domain: 'localhost', path_cookie_attribute: true },
      HTTP,
      'Path=/; HttpOnly',
    ],
    ['for every path by default', { domain: 'localhost/mcp' }, HTTP, 'Path=/; HttpOnly'],
  ])('%s', async (_, members, page, attributes) => {
    const application = await applicationWith(members)
    expect(appCookie(application, page, 'token')).toBe(`CF_Authorization=token; ${attributes}`)
  })

  it.each([
    ['localhost/a/b;c/d', '/a'],
    ['localhost/a;b', '/'],
  ])(
    'has no `;` in its path, which would end the attribute (RFC 6265 4.1.1): %s',
    async (domain, path) => {
      const application = await applicationWith({ domain, path_cookie_attribute: true })
      const page = new URL(`http://${domain}`)
      expect(appCookie(application, page, 'token')).toContain(`; Path=${path}; `)
    },
  )

  it('is deleted by an expiry in the past, with the attributes that it was set with', async () => {
    const application = await applicationWith({})
    const cookie = appCookie(application, HTTPS, '')
    const [value, path, expires, ...others] = cookie.split('; ')
    expect([value, path, ...others]).toEqual(['CF_Authorization=', 'Path=/', 'Secure', 'HttpOnly'])
    expect(Date.parse(expires?.replace('Expires=', '') ?? '')).toBe(1000)
    expect(appCookie(application, HTTPS, 'token')).not.toContain('Expires')
  })
})

describe('The cookie that binds a token to its browser [O21]', () => {
  const cookiesFor = async (members: Record<string, unknown>) =>
    loginCookies(await applicationWith(members), HTTPS, 'token', SECRET)

  it('is set if the application asks for it, and never readable by scripts', async () => {
    expect(await cookiesFor({})).toHaveLength(1)
    for (const http_only_cookie_attribute of [true, false]) {
      const [own, binding, ...others] = await cookiesFor({
        enable_binding_cookie: true,
        http_only_cookie_attribute,
      })
      expect(others).toEqual([])
      expect(own?.includes('HttpOnly')).toBe(http_only_cookie_attribute)
      expect(binding).toMatch(/^CF_Binding=[\w-]+; Path=\/; Secure; HttpOnly$/)
    }
  })

  it('binds one token of one store', async () => {
    const [, binding] = await cookiesFor({ enable_binding_cookie: true })
    const header = `a=b; ${binding?.split(';')[0]}`
    expect(await isBound(header, 'token', SECRET)).toBe(true)
    expect(await isBound(header, 'another', SECRET)).toBe(false)
    expect(await isBound(header, 'token', new TextEncoder().encode('another'))).toBe(false)
    expect(await isBound('a=b', 'token', SECRET)).toBe(false)
    expect(await isBound(undefined, 'token', SECRET)).toBe(false)
  })
})

it.each<[header: string | undefined, tokens: string[]]>([
  [undefined, []],
  ['', []],
  ['CF_Authorization=one', ['one']],
  ['a=b;CF_Authorization=one;  CF_Authorization=two ; c=d', ['one', 'two']],
  ['XCF_Authorization=one; CF_Authorization2=two; cf_authorization=three', []],
  ['CF_Authorization=a=b', ['a=b']],
])('The application tokens of the Cookie header %s are %j', (header, tokens) => {
  expect(appTokens(header)).toEqual(tokens)
})
