import type { RecordedEvent } from '../events/event'
import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import { type EventOf, ofKind, type Story } from './story'

/** What the client does once its access token is over. */
export const REFRESH_CHECKS: Check[] = [
  {
    id: 'refreshes',
    title: 'Refreshes rather than asking the person again',
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
        change: 'A refresh is a token request too; Access does without it, others do not [T11].',
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
  const passedOver = askedInstead(story)
  if (passedOver) {
    return failed(
      'Its access token was over, and it began a new authorization although it had a refresh token.',
      ...passedOver,
    )
  }
  const done = story.refreshes.filter(({ outcome }) => outcome === 'allowed')
  if (done.length === 0) {
    return notSeen('PATCH /_emulator/clock with {"advance": "16m"}, and use the client again.')
  }
  const after = done.filter((refresh) => refusalBefore(story, refresh))
  const evidence = done.flatMap((refresh) => [refusalBefore(story, refresh), refresh])
  return passed(
    `It refreshed ${times(done, after)}${inTime(story, done)}. Both ways are fine.`,
    ...evidence,
  )
}

function times(done: Token[], after: Token[]): string {
  if (after.length === 0) return 'without waiting for a 401'
  if (after.length === done.length) return 'upon a 401, and not before'
  return `${after.length} of ${done.length} times upon a 401, else before`
}

// How early it was, the last time.
function inTime({ exchanges, refreshes }: Story, done: Token[]): string {
  const last = done.at(-1)
  const given = [...exchanges, ...refreshes].filter(
    (each) => last && each.number < last.number && each.grantId === last.grantId,
  )
  const token = given.findLast(({ expiresInSeconds }) => expiresInSeconds !== undefined)
  if (!last || token?.expiresInSeconds === undefined) return ''
  const left = token.expiresInSeconds - (Date.parse(last.at) - Date.parse(token.at)) / 1000
  return left > 0 ? `, the last time ${left} s before its access token was over` : ''
}

// The 401 for an access token that is over, which this refresh is the next token request after.
function refusalBefore({ events }: Story, refresh: Token): RecordedEvent | undefined {
  const before = events.filter(({ number }) => number < refresh.number)
  const last = before.findLast(({ kind }) => kind === 'token')?.number ?? 0
  return before.find((event) => event.number > last && isOver(event))
}

function isOver(event: RecordedEvent): boolean {
  return event.kind === 'challenge' && event.credential === 'expired-access-token'
}

// A 401, and then an authorization, without a try to refresh in between.
function askedInstead({ authorizations, client, events }: Story): RecordedEvent[] | undefined {
  const requests = new Set<RecordedEvent>(authorizations.map(({ request }) => request))
  let hasRefreshToken = false
  let over: RecordedEvent | undefined
  for (const event of events) {
    if (isOver(event)) over = event
    else if (isTokenRequest(event)) {
      over = undefined
      hasRefreshToken = holdsAfter(event, hasRefreshToken, client.grantTypes)
    } else if (over && hasRefreshToken && requests.has(event)) return [over, event]
  }
  return undefined
}

// A fault at the endpoint leaves no event of the request that it struck.
function isTokenRequest(event: RecordedEvent): boolean {
  return event.kind === 'token' || (event.kind === 'fault' && event.path.endsWith('/oauth/token'))
}

function holdsAfter(event: RecordedEvent, before: boolean, grantTypes: string[]): boolean {
  if (event.kind !== 'token') return before
  if (event.outcome === 'allowed') return grantTypes.includes('refresh_token')
  return before && event.error !== 'invalid_grant'
}

function storesRotated(story: Story): Finding {
  const again = story.refreshes.filter(isOfRotated)
  const [own] = again.filter((refresh) => !isExcused(story, refresh))
  if (own) {
    return failed(
      'A refresh token came back that had been rotated. Store the new one before anything else; where two processes share tokens, only one may refresh (P9).',
      before(story.refreshes, own),
      own,
    )
  }
  const done = story.refreshes.filter(({ outcome }) => outcome === 'allowed')
  const chain = done.find((refresh) => !refresh.isRepeated && before(done, refresh))
  if (chain) return passed('It refreshed with the token that a refresh had given.', ...done)
  return notSeen('A second refresh of the same grant shows it.')
}

function isOfRotated({ isRepeated, outcome, rule }: Token): boolean {
  return isRepeated === true || (outcome === 'refused' && rule === 'T13')
}

// An answer that a fault kept from the client: it cannot have stored what it never saw.
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
  if (!first) return notSeen('No refresh was refused: the fault revoked-grant does that.')
  const loop = rows.find(({ length }) => length > MOST_TRIES)
  if (loop) {
    return failed(
      `It refreshed ${loop.length} times in a row with what had been refused. The grant is gone: ask the person again.`,
      ...loop,
    )
  }
  return passed('It did not go on with a refresh token that was refused.', ...rows.flat())
}
