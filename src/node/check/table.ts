import { eventLine } from '../../events/event-line.ts'
import { paragraph } from '../text.ts'
import type { Ending, Result } from './run.ts'

const SIGNS = { passed: '✓', failed: '✗', 'not-seen': '–' }
const WORDS = { passed: 'passed', failed: 'failed', 'not-seen': 'not seen' }
const INDENT = ' '.repeat(13)
const MOST_EVENTS = 5
const MOST_OUTPUT_LINES = 3

/** Formats one situation for a terminal: its verdict, what happened, the rule, the correction, events. */
export function entryOf({ checks, id, runs, title, ...result }: Result): string {
  const { verdict } = result
  const sign = `${SIGNS[verdict]} ${WORDS[verdict].padEnd(9)}  `
  const head = paragraph(`${title} (${id})`, sign, INDENT)
  const failed = checks.filter((check) => check.verdict === 'failed')
  const shown = failed.length > 0 ? failed : [result]
  const lines = shown.flatMap(({ change, events, level, rule, why }) => [
    paragraph(why, INDENT),
    ...(rule ? [field('rule', `${rule} (${level})`)] : []),
    ...(change ? [field('change', change)] : []),
    ...(verdict === 'failed' ? events.slice(0, MOST_EVENTS).map(eventField) : []),
  ])
  return [head, ...lines, ...runs.flatMap((run) => endingOf(run, verdict))].join('\n')
}

/** Formats the counts of all situations. */
export function summaryOf(results: Result[]): string {
  const count = (verdict: Result['verdict']) =>
    results.filter((result) => result.verdict === verdict).length
  const failed = results.filter(({ verdict }) => verdict === 'failed')
  const levels = ['MUST', 'SHOULD'].flatMap((level) => {
    const number = failed.filter((result) => result.level === level).length
    return number > 0 ? [`${number} ${level}`] : []
  })
  const failures = `${failed.length} failed${levels.length > 0 ? ` (${levels.join(', ')})` : ''}`
  return `${count('passed')} passed, ${failures}, ${count('not-seen')} not seen`
}

function field(name: string, text: string): string {
  return paragraph(text, `${INDENT}${name.padEnd(8)}`, `${INDENT}${' '.repeat(8)}`)
}

function eventField(event: Result['events'][number]): string {
  return field('event', `#${event.number} ${eventLine(event)}`)
}

// A run that ended by itself needs no line, unless nothing was seen of it.
function endingOf({ how, output = '', seconds, status }: Ending, verdict: string): string[] {
  const lines = output.trim().split(/\r?\n/).filter(Boolean).slice(-MOST_OUTPUT_LINES)
  const tail = verdict === 'passed' ? [] : lines.map((line) => field('output', line))
  if (how === 'limit') return [field('run', `ended after the limit of ${seconds} s`), ...tail]
  if (verdict !== 'not-seen') return []
  const by =
    how === 'idle' ? 'ended, because it sent no further request' : `ended by itself: ${status}`
  return [field('run', by), ...tail]
}
