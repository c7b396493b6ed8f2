import { describe, expect, it } from 'vitest'
import { RESPONSES } from '../../src/emulator/responses'
import { controlLabel } from '../../src/events/control-label'
import type { RecordedEvent } from '../../src/events/event'
import type { Flow } from '../../src/events/flows'
import { participantsOf, sequenceOf } from '../../src/events/sequence'

// Those that leave an event; `src/emulator/index.ts` has the reason for each of the others.
const UNREPORTED = ['POST reset', 'PUT state', 'POST settings']
const CHANGES = Object.keys(RESPONSES).filter(
  (route) => !route.startsWith('GET ') && !UNREPORTED.includes(route),
)

const CLIENT = { id: 'c1', name: 'Client' }
let number = 0

function event(kind: string, facts: Record<string, unknown> = {}): RecordedEvent {
  number += 1
  return {
    number,
    at: '',
    rayId: `ray-${number}`,
    outcome: 'allowed',
    why: '',
    kind,
    ...facts,
  } as never
}

function request(kind: string, facts: Record<string, unknown> = {}): RecordedEvent {
  const frame = {
    method: 'POST',
    host: 'localhost',
    path: '/mcp',
    status: 200,
    userAgent: 'client/1',
  }
  return event(kind, { ...frame, ...facts })
}

function linesOf(events: RecordedEvent[], all = events): string[] {
  const flow: Flow = { id: 'c1', client: CLIENT, userAgent: 'client/1', events }
  return sequenceOf(flow, all).map(({ arrow, label, result, times }) =>
    [arrow ? `${arrow.from} > ${arrow.to}:` : '--', label, result, times > 1 ? `x${times}` : '']
      .filter(Boolean)
      .join(' '),
  )
}

describe('The requests of a portal to its servers', () => {
  const sent = (facts: Record<string, unknown>) =>
    event('upstream-request', { method: 'POST', url: 'https://docs.example.net/mcp', ...facts })

  it('follow the request that led to them, with the MCP message and the status', () => {
    const call = { rayId: 'one', mcpMethod: 'tools/call', mcpName: 'read', responseStatus: 200 }
    const events = [
      sent({ rayId: 'one', mcpMethod: 'server/discover', responseStatus: 200 }),
      sent(call),
      event('portal-call', { rayId: 'one' }),
      request('admission', { rayId: 'one', by: 'access-token' }),
    ]
    expect(linesOf(events)).toEqual([
      'client > origin: POST /mcp 200',
      'origin > upstream: POST docs.example.net/mcp 200',
      'origin > upstream: POST docs.example.net/mcp 200',
    ])
    const flow: Flow = { id: 'c1', client: CLIENT, userAgent: 'client/1', events }
    const steps = sequenceOf(flow, events)
    expect(steps.map(({ call }) => call)).toEqual([undefined, 'server/discover', 'tools/call read'])
    expect(steps[0]?.notes.map(({ kind }) => kind)).toEqual(['portal-call'])
    expect(participantsOf(steps)).toEqual(['client', 'origin', 'upstream'])
  })

  it('say that a server did not respond', () => {
    const events = [
      sent({ rayId: 'two' }),
      request('authorization', { rayId: 'two', step: 'servers' }),
    ]
    expect(linesOf(events)).toEqual([
      'person > team: POST /mcp 200 servers',
      'origin > upstream: POST docs.example.net/mcp no response',
    ])
  })
})

describe('An arrow', () => {
  it.each([
    [
      'challenge',
      { status: 401, response: '401-bearer' },
      'client > application: POST /mcp 401 Bearer',
    ],
    [
      'challenge',
      { status: 302, response: '302-login' },
      'person > application: POST /mcp 302 login',
    ],
    ['challenge', { status: 403, response: '403' }, 'client > application: POST /mcp 403'],
    ['admission', { by: 'access-token' }, 'client > origin: POST /mcp 200'],
    ['admission', { by: 'application-token' }, 'person > origin: POST /mcp 200'],
    [
      'admission',
      { status: 403, origin: 'responded' },
      'client > origin: POST /mcp 403 from the origin',
    ],
    [
      'admission',
      { status: 502, origin: 'unreachable' },
      'client > origin: POST /mcp 502 origin unreachable',
    ],
    [
      'admission',
      { status: 524, origin: 'timed-out' },
      'client > origin: POST /mcp 524 origin timed out',
    ],
    ['discovery', { of: 'application' }, 'client > application: POST /mcp 200'],
    ['discovery', { of: 'team-domain' }, 'client > team: POST /mcp 200'],
    ['discovery', { document: 'keys', userAgent: 'origin' }, 'origin > team: POST /mcp 200'],
    ['registration', { status: 201 }, 'client > team: POST /mcp 201 client_id'],
    [
      'registration',
      { status: 400, error: 'invalid_client_metadata' },
      'client > team: POST /mcp 400 invalid_client_metadata',
    ],
    ['authorization', { step: 'consent' }, 'person > team: POST /mcp 200 consent'],
    ['authorization', { status: 302, step: 'code' }, 'person > team: POST /mcp 302 code'],
    [
      'authorization',
      { status: 302, step: 'denied' },
      'person > team: POST /mcp 302 access_denied',
    ],
    ['login', { step: 'page' }, 'person > team: POST /mcp 200 page'],
    ['token', { grantType: 'authorization_code' }, 'client > team: POST /mcp 200 tokens'],
    ['token', { grantType: 'refresh_token' }, 'client > team: POST /mcp 200 new pair'],
    [
      'token',
      { status: 400, error: 'invalid_grant' },
      'client > team: POST /mcp 400 invalid_grant',
    ],
    ['token', { status: 503, outcome: 'failed' }, 'client > team: POST /mcp 503'],
    ['revocation', { token: 'revoked' }, 'client > team: POST /mcp 200 revoked'],
    ['api-call', {}, 'client > api: POST /mcp 200'],
  ])('of %s %j is %s', (kind, facts, line) => {
    expect(linesOf([request(kind, facts)])).toEqual([line])
  })

  it('stands for consecutive identical requests', () => {
    const calls = () => request('admission', { by: 'access-token' })
    const events = [calls(), calls(), calls(), request('token', {}), calls()]
    expect(linesOf(events)).toEqual([
      'client > origin: POST /mcp 200 x3',
      'client > team: POST /mcp 200 tokens',
      'client > origin: POST /mcp 200',
    ])
  })

  it('includes the other events of the same request', () => {
    const policy = event('access-request', { rayId: 'same' })
    const code = request('authorization', { rayId: 'same', step: 'code' })
    const [step, ...others] = sequenceOf({ id: 'c1', events: [policy, code] }, [policy, code])
    expect(others).toEqual([])
    expect(step?.notes).toEqual([policy])
  })
})

describe('A change of the emulator', () => {
  it.each([
    ['PATCH', 'clock', { advance: '16m' }, '-- clock +16m'],
    ['PATCH', 'clock', { now: '2027-01-01T00:00:00Z' }, '-- clock set to 2027-01-01T00:00:00Z'],
    ['PATCH', 'clock', { reset: true }, '-- clock back to real time'],
    [
      'PUT',
      'auto-sign-in',
      { email: 'ada@example.com' },
      '-- automatic sign-in as ada@example.com',
    ],
    ['PUT', 'auto-sign-in', [{}], '-- automatic sign-in by rules'],
    ['PUT', 'auto-sign-in', null, '-- automatic sign-in off'],
    ['PUT', 'faults/slow', {}, '-- fault slow on'],
    ['DELETE', 'faults/slow', undefined, '-- fault slow off'],
    ['DELETE', 'faults', undefined, '-- all faults off'],
    ['PUT', 'faults', { error: {} }, '-- fault error on'],
    ['PUT', 'faults', { slow: {}, error: {} }, '-- faults slow, error on'],
    ['PUT', 'faults', {}, '-- all faults off'],
    ['PUT', 'quirks/refresh-grace', { on: true }, '-- quirk refresh-grace on'],
    ['POST', 'keys/rotate', undefined, '-- signing keys rotated'],
    ['DELETE', 'grants/g', undefined, '-- grant revoked'],
    ['DELETE', 'grants', undefined, '-- all grants revoked'],
    ['DELETE', 'clients', undefined, '-- all clients deleted'],
    ['DELETE', 'sessions', undefined, '-- all sign-ins ended'],
    ['DELETE', 'grants/g/tokens/t', undefined, '-- access token revoked'],
    ['POST', 'revoke', { person: 'ada@example.com' }, '-- revoked: ada@example.com'],
    ['POST', 'tokens', { email: 'ada@example.com' }, '-- tokens issued for ada@example.com'],
    ['POST', 'assertions', { service_token: 'ci' }, '-- assertion signed for ci'],
    ['POST', 'assertions', { email: 'ada@example.com' }, '-- assertion signed for ada@example.com'],
    ['POST', 'check-origin', {}, '-- origin checked'],
    ['PUT', 'people', [], '-- people replaced'],
    ['PUT', 'people', null, '-- people of the setting PEOPLE'],
    ['PUT', 'dns', {}, '-- DNS records replaced'],
    ['POST', 'upstreams/docs/sync', undefined, '-- sync of docs'],
    ['POST', 'upstreams/docs/admin-grant', undefined, '-- sign-in at docs begun'],
    ['DELETE', 'upstreams/docs/admin-grant', undefined, "-- administrator's grant at docs ended"],
    ['POST', 'upstreams/docs/client', undefined, '-- portal registered at docs'],
    ['DELETE', 'upstreams/docs/client', undefined, "-- portal's client at docs deleted"],
    ['PUT', 'of-another-version', {}, '-- PUT /_emulator/of-another-version'],
    ['PUT', 'faults/%E0', {}, '-- fault %E0 on'],
  ])('%s %s %j is the line %s', (method, path, body, line) => {
    const call = request('admission')
    const control = event('control', { method, path: `/_emulator/${path}`, body })
    expect(linesOf([call], [call, control]).slice(1)).toEqual([line])
  })

  it.each(CHANGES)('%s has words', (route) => {
    const [method = '', path = ''] = route.split(' ')
    const label = controlLabel({ method, path: `/_emulator/${path}`, body: {} })
    expect(label).not.toContain('/_emulator/')
  })

  it('is shown after the flow if nothing follows, but not before it', () => {
    const clock = () => event('control', { method: 'PATCH', path: '/_emulator/clock', body: {} })
    const [before, call, after, other, late] = [
      clock(),
      request('token'),
      clock(),
      request('challenge'),
      clock(),
    ]
    const all = [before, call, after, other, late]
    expect(linesOf([call], all)).toHaveLength(2)
  })

  it('is shown, for a fault that strikes, before the request that it struck', () => {
    const fault = event('fault', { fault: 'slow', path: '/token', rayId: 'same' })
    const struck = request('token', { rayId: 'same' })
    expect(linesOf([fault, struck])[0]).toBe('-- fault slow struck /token')
  })
})

it('The participants are those of the arrows, the client between its two servers', () => {
  const events = [
    request('admission'),
    request('authorization'),
    event('control', { method: 'PUT', path: '/_emulator/dns' }),
  ]
  const flow: Flow = { id: 'c1', events }
  expect(participantsOf(sequenceOf(flow, events))).toEqual(['person', 'team', 'client', 'origin'])
})
