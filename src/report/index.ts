/**
 * The client report: the rules for MCP clients that a client followed or broke, by its recorded events.
 *
 * One file for each step of the flow, and one entry in its table for each rule. Pure: the store reads
 * the events, the console renders the report.
 */
import type { RecordedEvent } from '../events/event'
import { AUTHORIZATION_CHECKS } from './authorization'
import type { Check, Level, Verdict } from './check'
import { DISCOVERY_CHECKS } from './discovery'
import { EXCHANGE_CHECKS } from './exchange'
import { ISSUER_CHECKS } from './issuer'
import { METADATA_CHECKS } from './metadata'
import { REFRESH_CHECKS } from './refresh'
import { REGISTRATION_CHECKS } from './registration'
import { SCOPE_CHECKS } from './scopes'
import { type Moment, type ReportedClient, storyOf } from './story'
import { USE_CHECKS } from './use'

export type { ReportedClient } from './story'

/** The result of one check. */
export type CheckResult = {
  id: string
  title: string
  source: string
  level: Level
  verdict: Verdict
  /** The observation, in a sentence or two. */
  why: string
  /** The correction of the client, if the check failed. */
  change?: string
  /** The numbers of the events that show it. */
  evidence: number[]
}

export type ClientReport = {
  client: ReportedClient
  summary: { passed: number; failed: number; notSeen: number }
  checks: CheckResult[]
}

// Limits the list of events, which may be long for repeated requests.
const MOST_EVIDENCE = 10

/** The checks, in the order of a client's requests. */
export const CHECKS: Check[] = [
  ...DISCOVERY_CHECKS,
  ...METADATA_CHECKS,
  ...REGISTRATION_CHECKS,
  ...AUTHORIZATION_CHECKS,
  ...SCOPE_CHECKS,
  ...ISSUER_CHECKS,
  ...EXCHANGE_CHECKS,
  ...USE_CHECKS,
  ...REFRESH_CHECKS,
]

/**
 * Checks a client against the MCP authorization specification (2026-07-28) and the RFCs that it builds
 * on. A rule passes or fails only by evidence of events; otherwise its verdict is `not-seen`.
 *
 * @param events the events of all clients, in the order of their numbers
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
