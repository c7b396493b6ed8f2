import type { RecordedEvent } from '../events/event'
import type { Story } from './story'

export type Level = 'MUST' | 'SHOULD' | 'MAY'
export type Verdict = 'passed' | 'failed' | 'not-seen'

/** The result of a check, and the events that are its evidence. */
export type Finding = {
  verdict: Verdict
  /** The observation. */
  why: string
  /** The correction of the client, if the check failed. */
  change?: string
  evidence: RecordedEvent[]
}

/** A rule for clients, and the function that judges a client by its events. */
export type Check = {
  id: string
  title: string
  /** The specification of the rule, with the section. */
  source: string
  level: Level
  judge(story: Story): Finding
}

export function passed(why: string, ...evidence: (RecordedEvent | undefined)[]): Finding {
  return { verdict: 'passed', why, evidence: known(evidence) }
}

/** @param words the observation, and the correction of the client */
export function failed(
  words: string | { why: string; change: string },
  ...evidence: (RecordedEvent | undefined)[]
): Finding {
  const finding = typeof words === 'string' ? { why: words } : words
  return { verdict: 'failed', ...finding, evidence: known(evidence) }
}

/** @param why what events do not show yet, and how to make them show it */
export function notSeen(why: string): Finding {
  return { verdict: 'not-seen', why, evidence: [] }
}

type Words = {
  /** The noun for one of the events: `refresh`. */
  noun: string
  plural: string
  /** The predicates of right and of wrong events, in the past tense. */
  right: string
  wrong: string
  /** The correction of wrong events. */
  change: string
}

/** Returns passed if all events are right, failed if one is wrong, not seen if there are none. */
export function all<E extends RecordedEvent>(
  events: E[],
  isRight: (event: E) => boolean,
  { noun, plural, right, wrong, change }: Words,
): Finding {
  if (events.length === 0) return notSeen(`There was no ${noun} yet.`)
  const bad = events.filter((event) => !isRight(event))
  const one = events.length === 1
  if (bad.length === 0) {
    const each = events.length === 2 ? 'Both' : `All ${events.length}`
    return passed(one ? `The ${noun} ${right}.` : `${each} ${plural} ${right}.`, ...events)
  }
  const what = one ? `The ${noun} ${wrong}` : `${bad.length} of ${events.length} ${plural} ${wrong}`
  return failed({ why: `${what}.`, change }, ...bad)
}

function known(events: (RecordedEvent | undefined)[]): RecordedEvent[] {
  return events.filter((event) => event !== undefined)
}
