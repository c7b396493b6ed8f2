import type { ToldEvent } from './event'

const SIGN = { allowed: '+', asked: '?', refused: '-', failed: '!', noted: '.' }

/**
 * An event in one line of a terminal: when, how it ended, what, who, why, and what to change.
 *
 * @example "09:41:02 - registration (400) Claude Code: http://... is not allowed [R5] -> turn on ..."
 */
export function eventLine(event: ToldEvent): string {
  const { at, change, kind, outcome, rule, why } = event
  const status = 'status' in event ? ` (${event.status})` : ''
  const who = whoOf(event)
  const parts = [
    `${at.slice(11, 19)} ${SIGN[outcome]} ${kind}${status}${who && ` ${who}`}: ${why}`,
    ...(rule ? [`[${rule}]`] : []),
    ...(change ? [`-> ${change}`] : []),
  ]
  // What clients chose must begin no line of its own, and give the terminal no orders.
  return parts.join(' ').replace(/\p{Cc}/gu, encodeURIComponent)
}

function whoOf(event: ToldEvent): string {
  const client = 'client' in event ? (event.client?.name ?? event.client?.id) : undefined
  const email = 'email' in event ? event.email : undefined
  return [client, email].filter(Boolean).join(', ')
}
