import type { RecordedEvent } from '../events/event'
import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import { type EventOf, ofKind, type Story } from './story'

/** Checks of what the client does after its access token has expired. */
export const REFRESH_CHECKS: Check[] = [
  {
    id: 'refreshes',
    title: 'Refreshes instead of asking the person again',
    source: 'RFC 6749 1.5, 6; MCP 2026-07-28 Refresh Tokens',
    level: 'SHOULD',
    judge: refreshes,
  },
  {
    id: 'resource-refresh',
    title: 'Sends resource when it refreshes',
    source: 'MCP 2026-07-28 Resource Parameter Implementation; RFC 8707 2.2',
    level: 'MUST',
    judge: (story) =>
      all(story.refreshes, ({ resource }) => resource !== undefined, {
        noun: 'refresh',
        plural: 'refreshes',
        right: 'had a resource',
        wrong: 'had no resource',
        change:
          'A refresh is a token request as well. Access does not require the resource, but other servers do [T11].',
      }),
  },
  {
    id: 'rotation',
    title: 'Stores the rotated refresh token',
    source: 'RFC 6749 6; RFC 9700 4.14.2',
    level: 'MUST',
    judge: storesRotated,
  },
  {
    id: 'stops',
    title: 'Stops after invalid_grant',
    source: 'RFC 6749 5.2',
    level: 'SHOULD',
    judge: stops,
  },
]

type Token = EventOf<'token'>

function refreshes(story: Story): Finding {
  const reauthorized = authorizedInstead(story)
  if (reauthorized) {
    return failed(
      {
        why: 'Its access token had expired, and it began a new authorization although it had a refresh token.',
        change: 'Send the refresh token to the token endpoint first.',
      },
      ...reauthorized,
    )
  }
  const done = story.refreshes.filter(({ outcome }) => outcome === 'allowed')
  if (done.length === 0) {
    return notSeen(
      'Advance the clock with PATCH /_emulator/clock and {"advance": "16m"}, then use the client again.',
    )
  }
  const after = done.filter((refresh) => refusalBefore(story, refresh))
  const evidence = done.flatMap((refresh) => [refusalBefore(story, refresh), refresh])
  return passed(
    `It refreshed ${times(done, after)}${inTime(story, done)}. Both ways are correct.`,
    ...evidence,
  )
}

function times(done: Token[], after: Token[]): string {
  if (after.length === 0) return 'without waiting for a 401'
  if (after.length === done.length) return 'after a 401, and not before'
  return `${after.length} of ${done.length} times after a 401, otherwise before`
}

// Returns how long before the expiry the last refresh was.
function inTime({ exchanges, refreshes }: Story, done: Token[]): string {
  const last = done.at(-1)
  const given = [...exchanges, ...refreshes].filter(
    (each) => last && each.number < last.number && each.grantId === last.grantId,
  )
  const token = given.findLast(({ expiresInSeconds }) => expiresInSeconds !== undefined)
  if (!last || token?.expiresInSeconds === undefined) return ''
  const left = token.expiresInSeconds - (Date.parse(last.at) - Date.parse(token.at)) / 1000
  return left > 0 ? `, the last time ${left} s before its access token expired` : ''
}

// Returns the 401 for an expired access token, if this refresh is the next token request after it.
function refusalBefore({ events }: Story, refresh: Token): RecordedEvent | undefined {
  const before = events.filter(({ number }) => number < refresh.number)
  const last = before.findLast(({ kind }) => kind === 'token')?.number ?? 0
  return before.find((event) => event.number > last && isExpiryRefusal(event))
}

function isExpiryRefusal(event: RecordedEvent): boolean {
  return event.kind === 'challenge' && event.credential === 'expired-access-token'
}

// Finds a 401 that was followed by an authorization, without an attempt to refresh in between.
function authorizedInstead({ authorizations, events }: Story): RecordedEvent[] | undefined {
  const requests = new Set<RecordedEvent>(authorizations.map(({ request }) => request))
  let hasRefreshToken = false
  let expiry: RecordedEvent | undefined
  for (const event of events) {
    if (isExpiryRefusal(event)) expiry = event
    else if (isTokenRequest(event)) {
      expiry = undefined
      hasRefreshToken = holdsAfter(event, hasRefreshToken)
    } else if (expiry && hasRefreshToken && requests.has(event)) return [expiry, event]
  }
  return undefined
}

// A request that a fault struck has no event of its own.
function isTokenRequest(event: RecordedEvent): boolean {
  return event.kind === 'token' || (event.kind === 'fault' && event.path.endsWith('/oauth/token'))
}

function holdsAfter(event: RecordedEvent, before: boolean): boolean {
  if (event.kind !== 'token') return before
  if (event.outcome === 'allowed') return true
  return before && event.error !== 'invalid_grant'
}

function storesRotated(story: Story): Finding {
  const again = story.refreshes.filter(isOfRotated)
  const [own] = again.filter((refresh) => !isExcused(story, refresh))
  if (own) {
    return failed(
      {
        why: 'It used a refresh token that had been rotated.',
        change:
          'Store the new token before any other step. If several processes share tokens, only one may refresh (P9).',
      },
      before(story.refreshes, own),
      own,
    )
  }
  const done = story.refreshes.filter(({ outcome }) => outcome === 'allowed')
  const chain = done.find((refresh) => !refresh.isRepeated && before(done, refresh))
  if (chain) return passed('It refreshed with the token of the previous refresh.', ...done)
  return notSeen('Refresh the same grant a second time to show it.')
}

function isOfRotated({ isRepeated, outcome, rule }: Token): boolean {
  return isRepeated === true || (outcome === 'refused' && rule === 'T13')
}

// A fault dropped the response with the new token, so the client could not store it.
function isExcused({ events, exchanges }: Story, { number }: Token): boolean {
  const lost = ofKind(events, 'fault').findLast(
    (event) => event.number < number && event.fault === 'lost-rotation',
  )
  if (!lost) return false
  return !exchanges.some((exchange) => exchange.number > lost.number && exchange.number < number)
}

function before(refreshes: Token[], { number, grantId }: Token): Token | undefined {
  return refreshes.findLast((each) => each.number < number && each.grantId === grantId)
}

const MOST_TRIES = 3

function stops({ events }: Story): Finding {
  const rows: Token[][] = []
  let row: Token[] = []
  for (const token of ofKind(events, 'token')) {
    const isRefusal = token.grantType === 'refresh_token' && token.error === 'invalid_grant'
    if (isRefusal && row.push(token) === 1) rows.push(row)
    if (!isRefusal) row = []
  }
  const [first] = rows
  if (!first)
    return notSeen('No refresh was refused yet. Switch on the fault revoked-grant to refuse one.')
  const loop = rows.find(({ length }) => length > MOST_TRIES)
  if (loop) {
    return failed(
      {
        why: `It refreshed ${loop.length} times in a row after invalid_grant.`,
        change: 'The grant has ended, so ask the person again.',
      },
      ...loop,
    )
  }
  return passed('It did not continue with a refused refresh token.', ...rows.flat())
}
