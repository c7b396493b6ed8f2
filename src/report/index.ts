import type { RecordedEvent } from '../events/event'
import { AUTHORIZATION_CHECKS } from './authorization'
import type { Check, Level, Verdict } from './check'
import { DISCOVERY_CHECKS } from './discovery'
import { EXCHANGE_CHECKS } from './exchange'
import { REFRESH_CHECKS } from './refresh'
import { REGISTRATION_CHECKS } from './registration'
import { type Moment, type ReportedClient, storyOf } from './story'
import { USE_CHECKS } from './use'

export type { ReportedClient } from './story'

/** One rule, and whether the client keeps it. */
export type CheckResult = {
  id: string
  title: string
  source: string
  level: Level
  verdict: Verdict
  /** What was seen, in a sentence or two. */
  why: string
  /** The numbers of the events that show it. */
  evidence: number[]
}

export type ClientReport = {
  client: ReportedClient
  summary: { passed: number; failed: number; notSeen: number }
  checks: CheckResult[]
}

// Enough to follow, however often something happened.
const MOST_EVIDENCE = 10

/** The rules that a client's events can show, in the order of a client's way. */
export const CHECKS: Check[] = [
  ...DISCOVERY_CHECKS,
  ...REGISTRATION_CHECKS,
  ...AUTHORIZATION_CHECKS,
  ...EXCHANGE_CHECKS,
  ...USE_CHECKS,
  ...REFRESH_CHECKS,
]

/**
 * What a client did of what the MCP authorization spec (2026-07-28) and the RFCs behind it ask of
 * clients. Only what events prove: what they do not show is `not-seen`, never passed.
 *
 * @param events everybody's, in the order of their numbers
 */
export function clientReport(
  events: RecordedEvent[],
  client: ReportedClient,
  moment: Moment,
): ClientReport {
  const story = storyOf(events, client, moment)
  const checks = CHECKS.map(({ judge, ...check }) => {
    const { evidence, ...finding } = judge(story)
    const numbers = [...new Set(evidence.map(({ number }) => number))].sort((a, b) => a - b)
    return { ...check, ...finding, evidence: numbers.slice(0, MOST_EVIDENCE) }
  })
  const count = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length
  return {
    client,
    summary: { passed: count('passed'), failed: count('failed'), notSeen: count('not-seen') },
    checks,
  }
}
