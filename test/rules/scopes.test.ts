import { describe, expect, it } from 'vitest'
import { scopesProblem } from '../../src/account/oauth/client-scopes'
import { WRANGLER } from '../../src/account/oauth/first-party'
import {
  ACCEPTED_NOT_LISTED,
  CATEGORIES,
  describeScope,
  findScope,
  isKnownScope,
  isUnlistedScope,
  PROTOCOL_SCOPES,
  SCOPES,
} from '../../src/account/scopes'

const IDS = SCOPES.map(({ id }) => id)

describe('The catalogue of scopes [C15, C16]', () => {
  it('has the 393 publicly known scopes, and two assumed ones', () => {
    const assumed = ['oauth-client.read', 'oauth-client.write']
    expect(IDS).toEqual(expect.arrayContaining(assumed))
    expect(IDS).toHaveLength(393 + assumed.length)
  })

  // The scopes of a third party's public client that the emulator once refused [C16].
  it.each(
    `account-api-tokens.write account-disable-esc.write address-maps.write api-gateway.write
    chinanetwork-steering.write cloudforce-one.write ddos-botnet-feed.write ddos-protection.write
    domain-page.shield fbm.admin fbm.write field-extractor.write firewall-services.write
    fraud-detection.write fraud-events.write fraud-feedback.write healthcheck.write iot.write
    l4-ddos-managed-ruleset.write page-rules.write page.shield precursor.write
    response-compression.write sanitize.write select-configuration.write snippets.write
    transform-rules.write trust-and-safety.write user-details.write workers-scripts.edit
    workers-scripts.metadata_read zaraz.edit zaraz.write zone-disable-esc.write
    zone-transform-rules.write`.split(/\s+/),
  )('lists %s', (id) => {
    expect(findScope(id)).toMatchObject({ id })
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
    // Reported [C16].
    ['agw.run', 'Agents Gateway Run'],
    ['challenge-widgets.read', 'Turnstile Sites Read'],
    ['domain-page.shield', 'Domain Page Shield'],
    ['firewall-services.write', 'Firewall Services Write'],
    ['k2.read', 'K2 Config Read'],
    ['k2.produce', 'K2 Produce'],
    ['page.shield', 'Page Shield'],
    ['realtime.write', 'Realtime'],
    ['teams-connector-warp.read', 'Cloudflare One Connector: WARP Read'],
    ['workers-scripts.metadata_read', 'Workers Metadata Read-Only'],
    ['zaraz.write', 'Zaraz Admin'],
  ])('calls %s "%s"', (id, name) => {
    expect(findScope(id)).toMatchObject({ id, name })
  })

  it.each([
    ['access.write', 'cloudflare_one_and_zero_trust', 'com.cloudflare.api.account'],
    ['dns.write', 'dns_and_zones', 'com.cloudflare.api.account.zone'],
    ['user-details.read', 'account_and_billing', 'com.cloudflare.api.user'],
    ['workers-r2-bucket-item.read', 'developer_platform', 'com.cloudflare.edge.r2.bucket'],
    // Reported [C16].
    ['artifacts.read', 'other', 'com.cloudflare.api.account'],
    ['mcp-portals.write', 'developer_platform', 'com.cloudflare.api.account'],
    ['page-rules.write', 'app_security', 'com.cloudflare.api.account.zone'],
    ['ssl-and-certificates.read', 'cache_and_performance', 'com.cloudflare.api.account.zone'],
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
        // One name is a single word: Realtime.
        !/^\S+( \S+)*$/.test(name) ||
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

describe('A scope that the catalogue does not list [C19]', () => {
  it.each(['dns.delete', 'workers-scripts.bind', 'account-rulesets.metadata_read'])(
    'is accepted if its group is in the catalogue: %s',
    (id) => {
      expect(isUnlistedScope(id)).toBe(true)
      const problem = scopesProblem({ scopes: [id] })
      expect(problem).toBeUndefined()
    },
  )

  it.each(['dsn.read', 'dns', 'dns.', 'dns.a.b', 'dns.Read', 'constructor.read', '.read'])(
    'is refused otherwise: "%s"',
    (id) => {
      expect(isUnlistedScope(id)).toBe(false)
    },
  )

  it.each(['dns.read', 'account.read', 'workers-platform.read'])('is not %s', (id) => {
    expect(isUnlistedScope(id)).toBe(false)
  })

  it('is described like the others of its group', () => {
    const { category, scopes } = describeScope('dns.read')
    expect(describeScope('dns.delete')).toEqual({
      id: 'dns.delete',
      name: 'DNS Delete',
      category,
      scopes,
    })
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
