import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { curlOf } from '../../src/events/copies'
import type { RecordedEvent } from '../../src/events/event'
import { HIDDEN } from '../../src/events/shown'

const FRAME = {
  number: 1,
  at: '2026-12-01T12:00:00Z',
  rayId: '0123456789abcdef',
  outcome: 'allowed',
  why: 'The access token is valid.',
  method: 'POST',
  host: 'localhost:8788',
  path: '/mcp',
  status: 200,
} as const
const ADMISSION: RecordedEvent = {
  ...FRAME,
  kind: 'admission',
  by: 'access-token',
  mcp: { method: 'tools/call', name: 'whoami' },
}

/** Returns the words that a shell makes of the command. */
function wordsOf(event: RecordedEvent, env: Record<string, string> = {}): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${curlOf(event, 'http:')}`
  const words = execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' })
  return words.split('\0').slice(0, -1)
}

describe('An event, copied as curl', () => {
  it('is the request, with a variable for its credential', () => {
    expect(wordsOf(ADMISSION, { ACCESS_TOKEN: 'the token' })).toEqual([
      ...['-i', '-X', 'POST', 'http://localhost:8788/mcp'],
      ...['-H', 'Authorization: Bearer the token'],
      ...['-H', 'Accept: application/json, text/event-stream', '--json'],
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami"}}',
    ])
  })

  it('has a variable for each hidden parameter', () => {
    const form = { grant_type: 'authorization_code', code: HIDDEN }
    const event: RecordedEvent = { ...FRAME, kind: 'token', path: '/token', form }
    expect(wordsOf(event, { CODE: 'the code' })).toEqual([
      ...['-i', '-X', 'POST', 'http://localhost:8788/token'],
      ...['--data-urlencode', 'grant_type=authorization_code'],
      ...['--data-urlencode', 'code=the code'],
    ])
  })

  it('runs nothing that a request contains', () => {
    const path = "/a'b$(id)`id`;c!d"
    const userAgent = `x'"$(id)\`id\`\\`
    const method = "GET'$(id)"
    const event = {
      ...ADMISSION,
      mcp: undefined,
      method,
      path,
      query: { "a'b": '$(id)' },
      userAgent,
    }
    expect(wordsOf(event)).toEqual([
      ...['-i', '-X', method, `http://localhost:8788${path}?a'b=%24(id)`],
      ...['-H', `User-Agent: ${userAgent}`, '-H', 'Authorization: Bearer '],
    ])
  })

  it('does not exist for an event that is no request', () => {
    const { number, at, rayId, outcome, why } = FRAME
    const event: RecordedEvent = {
      ...{ number, at, rayId, outcome, why },
      ...{ kind: 'control', method: 'POST', path: '/_emulator/reset' },
    }
    expect(curlOf(event, 'http:')).toBeUndefined()
  })
})
