import { describe, expect, it } from 'vitest'
import { checkClient } from '../../src/node'
import { junitOf } from '../../src/node/check/junit'
import { SITUATIONS } from '../../src/node/check/situations'
import { entryOf, summaryOf } from '../../src/node/check/table'
import { fails } from '../../src/node/commands/check'
import { checkedClient, type Flaw } from '../support/checked-client'

const LIMITS = { limit: 10, idle: 1 }
const ids = SITUATIONS.map(({ id }) => id)

async function resultOf(id: string, flaw?: Flaw) {
  const { situations } = await checkClient(checkedClient(flaw), { ...LIMITS, situations: [id] })
  const [result] = situations
  if (!result) throw new Error(`${id} did not run`)
  return result
}

describe('A client that follows the rules', () => {
  it.each(ids)('passes the situation %s', async (id) => {
    expect(await resultOf(id)).toMatchObject({
      id,
      verdict: 'passed',
      why: expect.stringMatching(/\w/),
      rule: expect.stringMatching(/RFC \d+ \d|MCP 2026-07-28 \w/),
      events: expect.arrayContaining([expect.objectContaining({ number: expect.any(Number) })]),
    })
  })
})

describe('A client with one flaw fails where the flaw shows, by the check of its rule', () => {
  it.each<[Flaw, string, string]>([
    ['no-resource', 'plain', 'resource-authorization'],
    ['metadata-at-application', 'two-hosts', 'server-metadata'],
    ['authorizes-when-expired', 'expired-token', 'refreshes'],
    ['gives-up', 'lost-rotation', 'works-again'],
    ['gives-up', 'revoked-grant', 'works-again'],
    ['repeats-refused-refresh', 'revoked-grant', 'stops'],
    ['refreshes-in-each-process', 'two-refreshes', 'rotation'],
    ['ignores-iss', 'wrong-issuer', 'issuer'],
    ['ignores-missing-iss', 'missing-issuer', 'issuer-missing'],
    ['ignores-metadata-issuer', 'mismatched-issuer', 'metadata-issuer'],
    ['ignores-pkce-methods', 'no-pkce-announced', 'pkce-announced'],
    ['guesses-metadata', 'bare-challenge', 'well-known'],
    ['shares-client-between-issuers', 'second-team', 'issuer-binding'],
    ['repeats-without-scope', 'step-up', 'step-up'],
    ['guesses-registration', 'no-registration', 'guesses-no-endpoint'],
    ['keeps-dead-client', 'forgotten-client', 'registers-again'],
    ['retries-at-once', 'rate-limited', 'waits'],
    ['retries-at-once', 'unavailable', 'waits'],
    ['drops-tokens-when-busy', 'rate-limited', 'keeps-grant'],
    ['asks-again-and-again', 'denied-consent', 'accepts-refusal'],
    ['asks-again-and-again', 'not-admitted', 'accepts-refusal'],
    ['watches-the-keys', 'key-rotation', 'needs-no-new-login'],
  ])('%s: %s, %s', async (flaw, id, check) => {
    const { checks, verdict } = await resultOf(id, flaw)
    const failed = checks.filter((each) => each.verdict === 'failed')
    expect({ verdict, failed: failed.map((each) => each.id) }).toMatchObject({
      verdict: 'failed',
      failed: expect.arrayContaining([check]),
    })
    expect(failed.find((each) => each.id === check)).toMatchObject({
      change: expect.stringMatching(/\w/),
      events: expect.arrayContaining([expect.objectContaining({ number: expect.any(Number) })]),
    })
  })
})

describe('A client that shows nothing', () => {
  it('is seen in no situation, which is no pass', async () => {
    const { situations } = await checkClient(() => {}, LIMITS)
    expect(new Set(situations.map(({ verdict }) => verdict))).toEqual(new Set(['not-seen']))
  })

  it('and throws, has its error recorded', async () => {
    const fails = () => Promise.reject(new Error('no network'))
    const { situations } = await checkClient(fails, { situations: ['plain'] })
    expect(situations[0]).toMatchObject({ verdict: 'not-seen', runs: [{ status: 'no network' }] })
  })

  it('and hangs, is left after the limit', async () => {
    const hangs = () => new Promise(() => {})
    const { situations } = await checkClient(hangs, { situations: ['plain'], limit: 0.2 })
    expect(situations[0]).toMatchObject({ verdict: 'not-seen', runs: [{ how: 'limit' }] })
  })
})

describe('The exit status', () => {
  it('is 1 for a broken MUST, with --fail-on should for a broken SHOULD too', async () => {
    const must = await resultOf('plain', 'no-resource')
    const should = await resultOf('rate-limited', 'retries-at-once')
    const passed = await resultOf('two-hosts')
    expect([fails([must, passed], 'must'), fails([must, passed], 'should')]).toEqual([true, true])
    expect([fails([should, passed], 'must'), fails([should, passed], 'should')]).toEqual([
      false,
      true,
    ])
    expect(fails([passed], 'should')).toBe(false)
  })

  it('is 1 if nothing was seen', async () => {
    const { situations } = await checkClient(() => {}, { situations: ['plain'] })
    expect(fails(situations, 'must')).toBe(true)
  })
})

describe('The options of checkClient', () => {
  it.each([
    [{ situations: ['plian'] }, 'Unknown situation plian: expected one of plain, two-hosts'],
    [{ limit: 0 }, 'limit is 0: expected a number of seconds greater than 0'],
    [{ idle: Number.NaN }, 'idle is NaN: expected a number of seconds greater than 0'],
  ])('%j', async (options, message) => {
    await expect(checkClient(() => {}, options)).rejects.toThrow(message)
  })
})

describe('The output', () => {
  it('for people has the verdict, what happened, the rule, the correction and the events', async () => {
    const result = await resultOf('plain', 'no-resource')
    const entry = entryOf(result)
    expect(entry).toMatch(/^✗ failed {5}The plain way \(plain\)\n/)
    for (const [word, text] of [
      ['', 'The authorization request had no resource.'],
      ['rule', 'MCP 2026-07-28 Resource Parameter Implementation; RFC 8707 2.1 (MUST)'],
      ['change', 'Send the `resource` of the protected resource metadata.'],
      ['event', '#'],
    ]) {
      expect(entry).toMatch(new RegExp(`^ +${word} *${escaped(text ?? '')}`, 'm'))
    }
    expect(summaryOf([result])).toBe('0 passed, 1 failed (1 MUST), 0 not seen')
  })

  it('contains no escape sequence of the client, which could move the cursor', async () => {
    const result = await resultOf('plain')
    const [run] = result.runs
    const hostile = { ...result, verdict: 'not-seen' as const, why: '\u{1b}[2J\u{202e}x' }
    const entry = entryOf({ ...hostile, runs: run ? [{ ...run, output: '\u{9b}31m\u{7}y' }] : [] })
    expect(entry).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
    expect(entry).toContain('y')
  })

  it('as JUnit XML counts failures and skips what was not seen', async () => {
    const failed = await resultOf('plain', 'no-resource')
    const xml = junitOf([failed, { ...failed, id: 'b', verdict: 'not-seen', why: '<&"\u{0}' }])
    expect(xml).toContain('tests="2" failures="1" errors="0" skipped="1"')
    expect(xml).toMatch(
      /<failure type="MUST" message="The authorization request had no resource\."/,
    )
    expect(xml).toContain('<skipped message="&lt;&amp;&quot;�"/>')
  })
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
