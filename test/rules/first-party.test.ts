import { describe, expect, it } from 'vitest'
import { findOAuthClient, publisherOf } from '../../src/account/oauth/dash-client'
import { equivalentScopes, WRANGLER } from '../../src/account/oauth/first-party'
import { isKnownScope } from '../../src/account/scopes'

describe("Cloudflare's own client wrangler [D31]", () => {
  it('exists without being registered', () => {
    expect(findOAuthClient([], '54d11594-84e4-41aa-b438-e81b8fa78ee7')).toBe(WRANGLER)
    expect(findOAuthClient([], 'my-client')).toBeUndefined()
  })

  it('has the 30 scopes that it requests', () => {
    expect(new Set(WRANGLER.scopes).size).toBe(30)
    expect(WRANGLER.scopes).toContain('account:read')
  })

  it.each(['constructor', 'toString'])('gives a scope %s no more than itself', (scope) => {
    expect(equivalentScopes([scope])).toEqual([scope])
  })

  it('is verified', () => {
    expect(publisherOf(WRANGLER)).toEqual({ domain: 'cloudflare.com', isVerified: true })
  })
})

describe('A scope with a colon', () => {
  it.each([
    ['account:read', ['account-settings.read']],
    ['user:read', ['user-details.read', 'memberships.read']],
    ['zone:read', ['zone.read']],
  ])('%s permits %j at the API', (scope, permitted) => {
    expect(equivalentScopes([scope])).toEqual(permitted)
  })

  it('stands for scopes of the catalogue only', () => {
    const unknown = equivalentScopes(WRANGLER.scopes).filter(
      (scope) => scope !== 'offline_access' && !isKnownScope(scope),
    )
    expect(unknown).toEqual([])
  })

  it('is not expanded if it is unknown', () => {
    expect(equivalentScopes(['zone.read', 'openid', 'made:up'])).toEqual([
      'zone.read',
      'openid',
      'made:up',
    ])
  })
})
