import { describe, expect, it } from 'vitest'
import type { ReportedEvent } from '../../src/events/event'
import { eventLine, isDetail } from '../../src/events/event-line'
import type { Outcome } from '../../src/events/reason'

const REQUEST = {
  kind: 'registration',
  outcome: 'refused',
  why: 'It is not allowed.',
  rayId: '0123456789abcdef',
  at: '2026-11-21T09:41:02Z',
  method: 'POST',
  host: 'localhost:8788',
  path: '/cdn-cgi/access/oauth/registration',
  status: 400,
} as const satisfies ReportedEvent
const line = (changes: Partial<Extract<ReportedEvent, { kind: 'registration' }>> = {}) =>
  eventLine({ ...REQUEST, ...changes })

describe('The line of an event', () => {
  it.each<[what: string, changes: Parameters<typeof line>[0], line: string]>([
    [
      'the time, the status, the method, the path, the outcome, the kind and the reason',
      {},
      '09:41:02 400 POST /cdn-cgi/access/oauth/registration - registration: It is not allowed.',
    ],
    [
      'whose client',
      { client: { id: 'c', name: 'Claude Code' } },
      '09:41:02 400 POST /cdn-cgi/access/oauth/registration - registration Claude Code: It is not allowed.',
    ],
    [
      'a client without a name',
      { client: { id: 'c' } },
      '09:41:02 400 POST /cdn-cgi/access/oauth/registration - registration c: It is not allowed.',
    ],
    [
      'whose client for whom',
      { client: { id: 'c', name: 'Claude Code' }, email: 'ada@example.com' },
      '09:41:02 400 POST /cdn-cgi/access/oauth/registration - registration Claude Code, ada@example.com: It is not allowed.',
    ],
    [
      'the rule, and the change',
      { rule: 'R5', change: 'turn it on' },
      '09:41:02 400 POST /cdn-cgi/access/oauth/registration - registration: It is not allowed. [R5] -> turn it on',
    ],
  ])('is %s', (_, changes, expected) => {
    expect(line(changes)).toBe(expected)
  })

  it.each<[Outcome, string]>([
    ['allowed', '+'],
    ['asked', '?'],
    ['refused', '-'],
    ['failed', '!'],
    ['noted', '.'],
  ])('marks %s with %s', (outcome, sign) => {
    expect(line({ outcome })).toContain(` ${sign} registration: `)
  })

  it('has no status without a response', () => {
    const { kind: _, status: __, ...rest } = REQUEST
    const pin = { kind: 'one-time-pin', application: 'Demo', email: 'ada@example.com' } as const
    expect(eventLine({ ...rest, ...pin, code: '123456', outcome: 'noted' })).toBe(
      '09:41:02 . one-time-pin ada@example.com: It is not allowed.',
    )
  })

  it.each([
    ['a line of its own', 'a\n09:41:03 + token', 'a 09:41:03 + token'],
    ['a carriage return', 'a\r\nb', 'a b'],
    ['an escape sequence', 'a\u001b[2Jb', 'a [2Jb'],
    ['a line separator', 'a\u2028b\u2029c', 'a b c'],
    ['what is read backwards (UAX 9)', 'a\u202egpj\u2066b\u200f', 'agpjb'],
    ['a C1 control', 'a\u009bb', 'a b'],
  ])('is one line, whatever texts it contains: %s', (_, name, printed) => {
    expect(line({ why: name, client: { id: 'c', name } })).toBe(
      `09:41:02 400 POST /cdn-cgi/access/oauth/registration - registration ${printed}: ${printed}`,
    )
  })

  it('is a detail if another line of the same request says the same', () => {
    const application = { id: 'a', name: 'Demo', type: 'self_hosted' }
    const opened = {
      kind: 'application-opened',
      sessionId: 's',
      application,
      hostname: 'h',
    } as const
    expect(isDetail({ ...opened, outcome: 'noted', why: '', rayId: '', at: '' })).toBe(true)
    expect(isDetail(REQUEST)).toBe(false)
  })
})
