import { describe, expect, it } from 'vitest'
import { WRANGLER } from '../../src/account/oauth/first-party'
import {
  ACCEPTED_NOT_LISTED,
  CATEGORIES,
  describeScope,
  findScope,
  isKnownScope,
  PROTOCOL_SCOPES,
  SCOPES,
} from '../../src/account/scopes'

const IDS = SCOPES.map(({ id }) => id)

describe('The catalogue of scopes [C15, C16]', () => {
  it('has the 357 publicly known scopes, and three assumed ones', () => {
    const assumed = ['challenge-widgets.write', 'oauth-client.read', 'oauth-client.write']
    expect(IDS).toEqual(expect.arrayContaining(assumed))
    expect(IDS).toHaveLength(357 + assumed.length)
  })

  it.each([
    ['access.write', 'Access: Apps and Policies Write'],
    ['zone-access.write', 'Access: Apps and Policies Write'],
    ['access-acct.write', 'Access: Organizations, Identity Providers, and Groups Write'],
    ['access-app.read', 'Access: Apps Read'],
    ['account-settings.read', 'Account Settings Read'],
    ['ai.read', 'Workers AI Read'],
    ['aiaudit.read', 'AI Audit Read'],
    ['aig.metadata_read', 'AI Gateway Metadata Read'],
    ['argotunnel.write', 'Cloudflare Tunnel Write'],
    ['d1.write', 'D1 Edit'],
    ['dns.write', 'DNS Write'],
    ['email-routing-account-rule.read', 'Email Routing Account Rules Read'],
    ['email-routing-address.write', 'Email Routing Addresses Edit'],
    ['email-sending.write', 'Email Sending Edit'],
    ['oauth-client.read', 'OAuth Client Read'],
    ['page.write', 'Pages Write'],
    ['query-cache.read', 'Hyperdrive Read'],
    ['queues.write', 'Queues Edit'],
    ['user-details.read', 'User Details Read'],
    ['workers-r2.write', 'Workers R2 Storage Write'],
    ['workers-scripts.read', 'Workers Read'],
    ['zone.read', 'Zone Read'],
  ])('calls %s "%s"', (id, name) => {
    expect(findScope(id)).toMatchObject({ id, name })
  })

  it.each([
    ['access.write', 'cloudflare_one_and_zero_trust', 'com.cloudflare.api.account'],
    ['dns.write', 'dns_and_zones', 'com.cloudflare.api.account.zone'],
    ['user-details.read', 'account_and_billing', 'com.cloudflare.api.user'],
    ['workers-r2-bucket-item.read', 'developer_platform', 'com.cloudflare.edge.r2.bucket'],
  ])('has %s in %s, about %s', (id, category, resource) => {
    expect(findScope(id)).toMatchObject({ category, scopes: [resource] })
  })

  it('has each id once', () => {
    expect(new Set(IDS).size).toBe(IDS.length)
  })

  it('has ids of a group, a dot and a verb', () => {
    expect(IDS.filter((id) => !/^[a-z0-9_-]+\.[a-z_]+$/.test(id))).toEqual([])
  })

  it('has a name, a known category and one known resource for each', () => {
    const resource = /^com\.cloudflare\.(api\.(account(\.zone)?|user)|edge\.r2\.bucket)$/
    const wrong = SCOPES.filter(
      ({ name, category, scopes: [only = '', ...others] }) =>
        !/^\S+( \S+)+$/.test(name) ||
        !CATEGORIES[category] ||
        !resource.test(only) ||
        others.length > 0,
    )
    expect(wrong).toEqual([])
  })

  it('is in the order of its 13 categories', () => {
    const order = Object.keys(CATEGORIES)
    const places = SCOPES.map(({ category }) => order.indexOf(category))
    expect(order).toHaveLength(13)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it.each(PROTOCOL_SCOPES)('never lists the protocol scope %s', (id) => {
    expect(findScope(id)).toBeUndefined()
    expect(isKnownScope(id)).toBe(false)
  })

  it.each(ACCEPTED_NOT_LISTED)(
    'accepts %s of Cloudflare’s examples, and does not list it',
    (id) => {
      expect(findScope(id)).toBeUndefined()
      expect(isKnownScope(id)).toBe(true)
    },
  )

  it.each(['account:read', 'dns.delete', 'constructor', ''])('does not know "%s"', (id) => {
    expect(isKnownScope(id)).toBe(false)
  })
})

describe('The description of a scope', () => {
  it('is its entry in the catalogue, if it has one', () => {
    expect(describeScope('dns.write')).toEqual(findScope('dns.write'))
  })

  it.each([
    ['account:read', 'Account Read', 'account_and_billing'],
    ['workers_kv:write', 'Workers KV Storage Write', 'developer_platform'],
    ['user:read', 'User Details Read', 'account_and_billing'],
    ['offline_access', 'Access your data while you are away', 'other'],
    ['openid', 'Sign you in', 'other'],
    ['workers-platform.read', 'Workers Platform Read', 'other'],
    ['constructor', 'Constructor', 'other'],
  ])('of %s, which is in no catalogue: "%s"', (id, name, category) => {
    expect(describeScope(id)).toEqual({ id, name, category, scopes: [] })
  })

  it('differs for each of wrangler’s, and only the protocol’s are in no category [D31]', () => {
    const described = WRANGLER.scopes.map(describeScope)
    expect(new Set(described.map(({ name }) => name)).size).toBe(described.length)
    const others = described.filter(({ category }) => category === 'other')
    expect(others.map(({ id }) => id)).toEqual(['offline_access'])
  })
})
