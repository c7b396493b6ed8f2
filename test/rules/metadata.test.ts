import { describe, expect, it } from 'vitest'
import { resourceMetadata, serverMetadata } from '../../src/access/metadata'
import { registersClients } from '../../src/access/redirect-rules'
import { teamDomain } from '../../src/access/team-domain'
import { applicationWith, oauthWith } from './applications'

const ORIGIN = 'http://localhost:8788'
const team = teamDomain(
  { TEAM_DOMAIN: '127.0.0.1', ACCESS_PATH: 'auto' },
  new URL(ORIGIN),
  undefined,
)
const on = await applicationWith(oauthWith({ allow_any_on_localhost: true }))
const absent = await applicationWith()
const off = await applicationWith({ oauth_configuration: { enabled: false } })
const unregistered = await applicationWith(oauthWith({ enabled: false }))

describe('The metadata of the authorization server (RFC 8414)', () => {
  const document = serverMetadata(team, [on])

  it('has the team domain as its issuer, without a final slash [M12]', () => {
    expect(document.issuer).toBe('http://127.0.0.1:8788')
    const https = new URL('https://app.example/')
    const deployed = teamDomain(
      { TEAM_DOMAIN: 'team.example', ACCESS_PATH: 'auto' },
      https,
      undefined,
    )
    expect(serverMetadata(deployed, []).issuer).toBe('https://team.example')
  })

  it('has its endpoints below the issuer [M13]', () => {
    expect(document).toMatchObject({
      authorization_endpoint: 'http://127.0.0.1:8788/cdn-cgi/access/oauth/authorization',
      token_endpoint: 'http://127.0.0.1:8788/cdn-cgi/access/oauth/token',
      registration_endpoint: 'http://127.0.0.1:8788/cdn-cgi/access/oauth/registration',
      revocation_endpoint: 'http://127.0.0.1:8788/cdn-cgi/access/oauth/revoke',
    })
  })

  it('has them below the path that the client can reach', () => {
    const foreign = { TEAM_DOMAIN: '127.0.0.1', ACCESS_PATH: 'auto' } as const
    const reached = teamDomain(foreign, new URL(ORIGIN), 'https://playground.ai.cloudflare.com')
    expect(serverMetadata(reached, [on]).token_endpoint).toBe(
      'http://127.0.0.1:8788/.access/oauth/token',
    )
  })

  it('lists what is supported [M14]', () => {
    expect(document).toMatchObject({
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
    })
  })

  it('has exactly the observed members [M16]', () => {
    expect(Object.keys(document).sort()).toEqual([
      'authorization_endpoint',
      'code_challenge_methods_supported',
      'grant_types_supported',
      'issuer',
      'registration_endpoint',
      'response_modes_supported',
      'response_types_supported',
      'revocation_endpoint',
      'token_endpoint',
      'token_endpoint_auth_methods_supported',
    ])
  })

  it.each([
    ['there is no application', []],
    ['Managed OAuth is off everywhere', [absent]],
    ['registration is off', [unregistered]],
    ['registration is on but Managed OAuth is off', [off]],
  ])('has no registration_endpoint while %s [M15, R7]', (_, applications) => {
    expect(serverMetadata(team, applications)).not.toHaveProperty('registration_endpoint')
    expect(registersClients(applications)).toBe(false)
  })

  it('has one as soon as one application registers clients [M15, R7]', () => {
    expect(serverMetadata(team, [absent, off, on])).toHaveProperty('registration_endpoint')
    expect(registersClients([absent, off, on])).toBe(true)
  })
})

describe('The metadata of a protected resource (RFC 9728)', () => {
  it('has the observed members [M2]', () => {
    expect(resourceMetadata(team, { application: on, domain: '*' }, ORIGIN)).toEqual({
      resource: 'http://localhost:8788',
      protected: true,
      team_domain: '127.0.0.1:8788',
      authorization_servers: ['http://127.0.0.1:8788'],
      authentication_methods: expect.any(Array),
    })
  })

  it.each([
    ['*', 'http://localhost:8788', 'every host is the one asked, without a final slash [M3]'],
    ['localhost', 'http://localhost:8788', 'a host [M3]'],
    ['localhost/', 'http://localhost:8788', 'a host and a slash [M3]'],
    ['localhost/mcp', 'http://localhost:8788/mcp', 'a path [M4]'],
    ['localhost:8788/mcp/', 'http://localhost:8788/mcp', 'a path and a slash [M4]'],
    ['*/mcp', 'http://localhost:8788/mcp', 'a path on every host [M4]'],
  ])('has a resource that follows the domain: %s gives %s, %s', async (domain, resource) => {
    const application = await applicationWith({ domain })
    expect(resourceMetadata(team, { application, domain }, ORIGIN).resource).toBe(resource)
  })

  it.each([
    ['on', on, ['oauth', 'cloudflared']],
    ['absent', absent, ['cloudflared']],
    ['off', off, ['cloudflared']],
  ])('lists the methods that depend on Managed OAuth: %s [M5, M6]', (_, application, names) => {
    const metadata = resourceMetadata(team, { application, domain: '*' }, ORIGIN)
    expect(metadata).toMatchObject({ authentication_methods: names.map((name) => ({ name })) })
  })
})
