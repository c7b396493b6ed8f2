import type { ReportedEvent } from './event'

// Text from requests, such as a member of a body, must not move the cursor or begin a new line.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
// Characters that change the text direction stay in the record, but not in the line (UAX 9).
const REORDERING = /\p{Bidi_Control}+/gu
const SIGN = { allowed: '+', asked: '?', refused: '-', failed: '!', noted: '.' }

// Kinds that repeat what another line of the same request says.
const DETAILS: ReportedEvent['kind'][] = ['application-opened']

/** Returns whether an event is of interest only to somebody who looks for every detail. */
export function isDetail({ kind }: ReportedEvent): boolean {
  return DETAILS.includes(kind)
}

/**
 * Formats an event as one line for a terminal: time, status, method and path of the request, outcome,
 * kind, actors, reason, rule, change.
 *
 * @example "09:41:02 400 POST /oauth/registration - registration Claude Code: ... [R5] -> turn on ..."
 */
export function eventLine(event: ReportedEvent): string {
  const { at, change, kind, outcome, rule, why } = event
  const request = 'status' in event ? ` ${event.status} ${event.method} ${event.path}` : ''
  const who = whoOf(event)
  return [
    `${at.slice(11, 19)}${request} ${SIGN[outcome]} ${kind}${who && ` ${who}`}: ${why}`,
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
