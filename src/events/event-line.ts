import type { ReportedEvent } from './event'

// Text from requests, such as a member of a body, must not move the cursor or begin a new line.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
// Characters that change the text direction stay in the record, but not in the line (UAX 9).
const REORDERING = /\p{Bidi_Control}+/gu
const SIGN = { allowed: '+', asked: '?', refused: '-', failed: '!', noted: '.' }

/**
 * Formats an event as one line for a terminal: time, outcome, kind, actors, reason, change.
 *
 * @example "09:41:02 - registration (400) Claude Code: http://... is not allowed [R5] -> turn on ..."
 */
export function eventLine(event: ReportedEvent): string {
  const { at, change, kind, outcome, rule, why } = event
  const status = 'status' in event ? ` (${event.status})` : ''
  const who = whoOf(event)
  return [
    `${at.slice(11, 19)} ${SIGN[outcome]} ${kind}${status}${who && ` ${who}`}: ${why}`,
    ...(rule ? [`[${rule}]`] : []),
    ...(change ? [`-> ${change}`] : []),
  ]
    .join(' ')
    .replaceAll(REORDERING, '')
    .replaceAll(UNPRINTABLE, ' ')
}

function whoOf(event: ReportedEvent): string {
  const client = 'client' in event ? (event.client?.name ?? event.client?.id) : undefined
  const email = 'email' in event ? event.email : undefined
  return [client, email].filter(Boolean).join(', ')
}
