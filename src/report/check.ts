import type { RecordedEvent } from '../events/event'
import type { Story } from './story'

export type Level = 'MUST' | 'SHOULD' | 'MAY'
export type Verdict = 'passed' | 'failed' | 'not-seen'

/** What a check found, and the events that show it. */
export type Finding = { verdict: Verdict; why: string; evidence: RecordedEvent[] }

/** One rule for clients, and how events tell whether a client keeps it. */
export type Check = {
  id: string
  title: string
  /** Where the rule is from, with the section. */
  source: string
  level: Level
  judge(story: Story): Finding
}

export function passed(why: string, ...evidence: (RecordedEvent | undefined)[]): Finding {
  return { verdict: 'passed', why, evidence: known(evidence) }
}

export function failed(why: string, ...evidence: (RecordedEvent | undefined)[]): Finding {
  return { verdict: 'failed', why, evidence: known(evidence) }
}

/** @param why what was not seen, and how to see it */
export function notSeen(why: string): Finding {
  return { verdict: 'not-seen', why, evidence: [] }
}

type Words = {
  /** What each of the events is: `refresh`. */
  noun: string
  plural: string
  /** What is told of those that are right, and of those that are not, in the past tense. */
  right: string
  wrong: string
  /** What to do about those that are not. */
  change: string
}

/** Passed where all events are right, failed where one is not, not seen where there are none. */
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
  return failed(`${what}. ${change}`, ...bad)
}

function known(events: (RecordedEvent | undefined)[]): RecordedEvent[] {
  return events.filter((event) => event !== undefined)
}
