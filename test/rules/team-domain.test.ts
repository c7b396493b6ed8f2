import { describe, expect, it } from 'vitest'
import { isForeignOrigin, teamDomain } from '../../src/access/team-domain'

const AUTO = { TEAM_DOMAIN: '127.0.0.1', ACCESS_PATH: 'auto' } as const
const at = (url: string, settings: object = {}, origin?: string) =>
  teamDomain({ ...AUTO, ...settings }, new URL(url), origin)

describe('The team domain', () => {
  it.each([
    [
      '127.0.0.1',
      'http://localhost:8788/',
      'http://127.0.0.1:8788',
      'takes the port of the request',
    ],
    [
      '127.0.0.1',
      'http://127.0.0.1:9000/',
      'http://127.0.0.1:9000',
      'takes the port of the request',
    ],
    ['127.0.0.1', 'http://localhost/', 'http://127.0.0.1', 'has no port if the request has none'],
    [
      '127.0.0.1:9999',
      'http://localhost:8788/',
      'http://127.0.0.1:9999',
      'keeps a port of its own',
    ],
    ['127.0.0.1:80', 'http://localhost:8788/', 'http://127.0.0.1', 'keeps a default port as none'],
    ['team.example:443', 'https://app.example/', 'https://team.example', 'keeps 443 as none'],
    ['team.example:443', 'http://localhost:8788/', 'http://team.example:443', 'has 443 on http'],
    ['team.example', 'https://app.example/', 'https://team.example', 'takes the scheme'],
    [
      'localhost',
      'http://localhost:8788/',
      'http://localhost:8788',
      'may be the application’s host',
    ],
    ['[::1]', 'http://localhost:8788/', 'http://[::1]:8788', 'may be IPv6'],
    ['[::1]:9999', 'http://localhost:8788/', 'http://[::1]:9999', 'may be IPv6 with a port'],
  ])('%s, asked at %s, has the issuer %s: it %s [M12]', (TEAM_DOMAIN, url, origin) => {
    const team = at(url, { TEAM_DOMAIN })
    expect(team.origin).toBe(origin)
    expect(team.host).toBe(new URL(origin).host || origin)
    expect(`${new URL(url).protocol}//${team.host}`).toBe(origin)
  })

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8788/', true, 'its host'],
    ['127.0.0.1', 'http://localhost:8788/', false, 'the application’s host'],
    ['127.0.0.1:9999', 'http://127.0.0.1:8788/', false, 'its host at another port'],
    ['127.0.0.1:80', 'http://127.0.0.1/', true, 'its host at the default port'],
    ['localhost', 'http://localhost:8788/', true, 'one origin for both'],
    ['team.example', 'https://x.team.example/', false, 'a host below'],
  ])('%s knows whether a request came to it: %s is %s, %s', (TEAM_DOMAIN, url, expected) => {
    expect(at(url, { TEAM_DOMAIN }).isRequestHost).toBe(expected)
  })
})

describe('ACCESS_PATH auto', () => {
  it.each<[string, string | undefined, string]>([
    ['http://localhost:8788/', undefined, 'loopback'],
    ['http://127.0.0.1:8788/', undefined, 'loopback'],
    ['http://[::1]:8788/', undefined, 'loopback'],
    ['http://localhost:8788/', 'http://localhost:8788', 'an origin of this machine'],
    ['http://localhost:8788/', 'http://127.0.0.1:6274', 'an origin of this machine: MCP Inspector'],
    ['http://localhost:8788/', 'http://[::1]:3000', 'an origin of this machine'],
    ['http://localhost:8788/', 'https://localhost', 'an origin of this machine'],
  ])('is the faithful path at %s with Origin %s: %s [M13]', (url, origin) => {
    expect(at(url, {}, origin).accessPath).toBe('/cdn-cgi/access')
  })

  it.each<[string, string | undefined, string, string]>([
    [
      'http://localhost:8788/',
      'https://playground.ai.cloudflare.com',
      '127.0.0.1',
      'a foreign page',
    ],
    ['http://localhost:8788/', 'http://localhost.evil.example', '127.0.0.1', 'a foreign page'],
    ['http://localhost:8788/', 'http://127.0.0.1.evil.example', '127.0.0.1', 'a foreign page'],
    ['http://localhost:8788/', 'null', '127.0.0.1', 'a page without an origin'],
    ['http://localhost:8788/', 'file://', '127.0.0.1', 'a file'],
    ['http://localhost:8788/', 'chrome-extension://abc', '127.0.0.1', 'an extension'],
    ['http://app.localhost:8788/', undefined, '127.0.0.1', 'wrangler dev refuses it'],
    ['http://localhost:8788/', undefined, 'team.localhost', 'wrangler dev refuses the team domain'],
    ['http://localhost:8788/', 'http://app.localhost:8788', '127.0.0.1', 'it refuses the page'],
    ['http://127.0.0.2:8788/', undefined, '127.0.0.1', 'wrangler dev refuses it'],
    ['http://192.168.1.5:8788/', undefined, '127.0.0.1', 'a request over the network'],
    ['http://host.docker.internal:8788/', undefined, '127.0.0.1', 'a request from a container'],
    ['https://app.workers.dev/', undefined, 'team.workers.dev', 'deployed'],
    ['http://localhost:8788/', undefined, 'team.example', 'the team domain is elsewhere'],
    ['https://app.example/', undefined, '127.0.0.1', 'the application is elsewhere'],
    ['http://localhost.evil.example/', undefined, '127.0.0.1', 'a look-alike'],
  ])('is the reachable path at %s with Origin %s and team %s: %s', (url, origin, TEAM_DOMAIN) => {
    expect(at(url, { TEAM_DOMAIN }, origin).accessPath).toBe('/.access')
  })

  it.each(['/cdn-cgi/access', '/.access'])(
    'is overridden by the path that is set: %s',
    (ACCESS_PATH) => {
      expect(at('http://localhost:8788/', { ACCESS_PATH }).accessPath).toBe(ACCESS_PATH)
      expect(at('https://app.example/', { ACCESS_PATH }, 'null').accessPath).toBe(ACCESS_PATH)
    },
  )
})

describe('A foreign Origin', () => {
  it.each([undefined, 'http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:1'])(
    'is not %s',
    (origin) => {
      expect(isForeignOrigin(origin)).toBe(false)
    },
  )

  it.each([
    'null',
    '',
    'https://evil.example',
    'http://localhost@evil.example',
    'localhost',
    'file://',
  ])('is %j', (origin) => {
    expect(isForeignOrigin(origin)).toBe(true)
  })
})

describe('The second team of the fault second-team', () => {
  it.each([
    'http://127.0.0.1:8788/.second-team/cdn-cgi/access/certs',
    'http://127.0.0.1:8788/.well-known/oauth-authorization-server/.second-team',
  ])('has an issuer with its path, and its metadata by RFC 8414 3.1: %s', (url) => {
    expect(at(url)).toMatchObject({ isSecond: true, origin: 'http://127.0.0.1:8788/.second-team' })
  })

  it.each([
    'http://127.0.0.1:8788/',
    'http://127.0.0.1:8788/.second-team',
    'http://127.0.0.1:8788/a/.second-team/certs',
    'http://127.0.0.1:8788/.second-teams/certs',
    'http://127.0.0.1:8788/a/.well-known/x/.second-team',
    'http://127.0.0.1:8788/.well-known/x/.second-team/y',
    'http://localhost:8788/.second-team/cdn-cgi/access/certs',
  ])('is not addressed by %s', (url) => {
    expect(at(url)).toMatchObject({ isSecond: false, origin: 'http://127.0.0.1:8788' })
  })
})
