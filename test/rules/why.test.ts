import { describe, expect, it } from 'vitest'
import type { Occurrence } from '../../src/events/event'
import { reasonOf } from '../../src/events/why'
import { FAULT_NAMES, FAULTS } from '../../src/switches/faults'

const APPLICATION = { id: 'a', name: 'Demo', type: 'self_hosted' }
const POLICY = { id: 'p', name: 'Staff' }
const CLIENT = { id: 'c', name: 'Lister' }
const IDENTITY = {
  email: 'ada@example.com',
  name: 'Ada',
  groups: [],
  idp: { id: 'i', type: 'cloudflare' as const },
  claims: {},
}
const FROM = { ip: '127.0.0.1', country: 'XX' }
const decided = {
  kind: 'access-request' as const,
  action: 'login' as const,
  application: APPLICATION,
  connection: 'cloudflare',
  ...FROM,
}
const signedIn = {
  kind: 'signed-in' as const,
  identity: IDENTITY,
  sessionId: 's',
  revision: 0,
  expiresAtSeconds: 1,
  ...FROM,
}
const actor = { client: CLIENT, email: 'ada@example.com' }

type Row = [event: Occurrence, outcome: string, why: RegExp, change?: RegExp]
const ROWS: Row[] = [
  [
    { kind: 'control', method: 'PUT', path: '/_emulator/clock', body: { advance: '1m' } },
    'noted',
    /^PUT \/_emulator\/clock \{"advance":"1m"\}$/,
  ],
  [
    { kind: 'control', method: 'POST', path: '/_emulator/keys/rotate' },
    'noted',
    /^POST \/_emulator\/keys\/rotate$/,
  ],
  [
    { kind: 'one-time-pin', application: 'Demo', email: 'ada@example.com', code: '123456' },
    'noted',
    /^(?!.*123456).*ada@example.com/,
  ],
  [
    { kind: 'one-time-pin-not-sent', application: 'Demo', email: 'ada@example.com' },
    'refused',
    /no policy of Demo/,
    /allows the address/,
  ],
  [
    {
      kind: 'rules-not-emulated',
      application: 'Demo',
      ruleKinds: ['gsuite', 'okta'],
      decision: 'deny',
    },
    'noted',
    /gsuite, okta/,
  ],
  [{ ...decided, allowed: true, policy: POLICY }, 'allowed', /policy "Staff" of Demo/],
  [{ ...decided, allowed: false }, 'refused', /No policy of Demo matched/],
  [{ ...signedIn, holder: 'browser' }, 'allowed', /in a browser/],
  [{ ...signedIn, holder: 'client' }, 'allowed', /for a client/],
  [
    { kind: 'application-opened', sessionId: 's', application: APPLICATION, hostname: 'localhost' },
    'noted',
    /for Demo/,
  ],
  [
    {
      kind: 'foreign-resource',
      client: actor.client,
      resource: 'https://other.example/',
      covers: 'Demo',
      expected: 'http://localhost:8788/mcp',
    },
    'noted',
    /other.example.* is not on a host of this emulator/,
    /localhost:8788\/mcp/,
  ],
  [
    { kind: 'body-dropped', method: 'GET', path: '/x' },
    'noted',
    /body of GET \/x was not forwarded/,
    /another method/,
  ],
  [
    { kind: 'members-dropped', method: 'PUT', path: '/', members: ['enabeld', 'polices'] },
    'noted',
    /enabeld, polices/,
    /misspelt/,
  ],
  [
    {
      kind: 'user-created',
      email: 'ada@example.com',
      application: APPLICATION,
      userId: 'u',
      populationId: 'p',
    },
    'noted',
    /ada@example.com is now a user of the population of Demo, with the id u/,
  ],
  [
    { kind: 'scopes-not-listed', client: CLIENT, scopes: ['dns.delete'] },
    'noted',
    /not dns\.delete/,
    /GET \/oauth\/scopes/,
  ],
  [
    {
      kind: 'application-authorized',
      ...actor,
      grantId: 'g',
      accountIds: ['one', 'two'],
      scopes: ['zone.read'],
      endsAtSeconds: 1,
    },
    'allowed',
    /authorized Lister on 2 account\(s\): zone.read/,
  ],
  [{ kind: 'client-not-verified', ...actor }, 'noted', /publisher of Lister/, /TXT/],
  [{ kind: 'authorization-cancelled', ...actor }, 'refused', /Cancel/],
  [
    { kind: 'scope-not-allowed', description: 'no zone.write', ...actor },
    'refused',
    /no zone.write/,
    /scope/,
  ],
  [
    { kind: 'private-application-refused', ...actor },
    'refused',
    /ada@example.com is not a member/,
    /ACCOUNTS/,
  ],
  [
    { kind: 'private-application-refused', client: CLIENT },
    'refused',
    /the person is not a member/,
  ],
  [
    {
      kind: 'authorization-refused',
      error: 'invalid_client',
      description: 'unknown',
      recipient: 'person',
    },
    'refused',
    /invalid_client: unknown/,
  ],
  [
    { kind: 'token-request-refused', error: 'invalid_grant', description: 'over', path: '/' },
    'refused',
    /invalid_grant: over/,
  ],
  [
    { kind: 'grant-revoked', grantId: 'g', by: 'refresh-token-reuse' },
    'noted',
    /rotated refresh token was used again/,
  ],
  [
    { kind: 'token-of-a-revoked-grant', grantId: 'g', path: '/' },
    'refused',
    /revoked/,
    /authorize/,
  ],
  [{ kind: 'token-expired', grantId: 'g', path: '/' }, 'refused', /expired/, /offline_access/],
  [
    { kind: 'scope-missing', method: 'GET', path: '/zones', enough: ['zone.read', 'zone.write'] },
    'refused',
    /GET \/zones/,
    /zone.read, zone.write/,
  ],
  [
    { kind: 'failure', message: 'no such thing', path: '/' },
    'failed',
    /Internal error of the emulator: no such thing/,
  ],
]

describe('The reason of an event', () => {
  it.each(ROWS.map((row) => [row[0].kind, ...row] as const))(
    '%s',
    (_, event, outcome, why, change) => {
      const reason = reasonOf(event)
      expect(reason).toMatchObject({ outcome, why: expect.stringMatching(why) })
      if (change) expect(reason.change).toMatch(change)
      if (outcome === 'refused') expect(reason.why).toMatch(/^\S.{15}/)
    },
  )

  it.each(FAULT_NAMES)('of the fault %s says what it does, and how it is switched off', (fault) => {
    const reason = reasonOf({ kind: 'fault', fault, path: '/token' })
    expect(reason).toMatchObject({ outcome: 'failed', rule: fault })
    expect(reason.why).toContain(FAULTS[fault].what)
    expect(reason.change).toContain(`DELETE /_emulator/faults/${fault}`)
  })

  it('names the policy that decided as the rule, if one did', () => {
    const rule = (policy?: typeof POLICY) => reasonOf({ ...decided, allowed: true, policy }).rule
    expect(rule(POLICY)).toBe('policy "Staff" (p)')
    expect(rule()).toBeUndefined()
  })

  it('shortens a long body', () => {
    const body = { dns: 'x'.repeat(1000) }
    const { why } = reasonOf({ kind: 'control', method: 'PUT', path: '/_emulator/dns', body })
    expect(why).toMatch(/x\.\.\.$/)
    expect(why.length).toBeLessThan(250)
  })
})
