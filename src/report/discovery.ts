import type { RecordedEvent } from '../events/event'
import { type Check, type Finding, failed, notSeen, passed } from './check'
import { type EventOf, ofKind, type Story } from './story'

/** How the client found the authorization server. */
export const DISCOVERY_CHECKS: Check[] = [
  {
    id: 'resource-metadata',
    title: 'Follows the resource_metadata of the challenge',
    source: 'MCP 2026-07-28 Authorization Server Discovery; RFC 9728 5.1',
    level: 'MUST',
    judge: followsChallenge,
  },
  {
    id: 'server-metadata',
    title: "Reads the authorization server's metadata at the issuer",
    source: 'MCP 2026-07-28 Authorization Server Metadata Discovery; RFC 8414 3, 3.3',
    level: 'MUST',
    judge: asksTheIssuer,
  },
]

function followsChallenge({ events }: Story): Finding {
  const challenges = ofKind(events, 'challenge').filter(({ resourceMetadata }) => resourceMetadata)
  const looks = looksOf(events)
  const [challenge] = challenges
  if (!challenge) {
    return notSeen(
      'It was never challenged with a resource_metadata: ask the application without a token.',
    )
  }
  for (const each of challenges) {
    const look = looks.find((one) => one.number > each.number && isNamed(each, one))
    if (look)
      return passed(`It fetched ${each.resourceMetadata}, as the challenge says.`, each, look)
  }
  const guess = looks.find(({ number }) => number > challenge.number)
  const registration = ofKind(events, 'registration').find(
    ({ number }) => number > challenge.number,
  )
  if (!guess && !registration) {
    return notSeen('It was challenged, and has not gone on from there.')
  }
  const instead = guess ? `asked ${guess.host}${guess.path}` : 'registered'
  return failed(
    `It never fetched ${challenge.resourceMetadata}, which the challenge names, and ${instead} instead. Use resource_metadata where there is one; well-known paths are for challenges without.`,
    challenge,
    guess ?? registration,
  )
}

function asksTheIssuer({ all, events, registration, userAgent }: Story): Finding {
  const looks = looksOf(events).filter(({ document }) => document === 'authorization-server')
  const atIssuer = looks.find(({ of }) => of === 'team-domain')
  if (atIssuer) return passed(`It read the metadata of ${atIssuer.host}.`, atIssuer)
  const [elsewhere] = looks
  if (elsewhere) {
    return failed(
      `It read the metadata of ${elsewhere.host} only, whose issuer is another: the team domain. Ask the authorization_servers of the protected resource metadata, and refuse an issuer that differs.`,
      elsewhere,
    )
  }
  // A client may remember what it read when it registered before.
  const hasReadBefore = looksOf(all).some(
    (look) => look.document === 'authorization-server' && look.userAgent === userAgent,
  )
  if (!registration || hasReadBefore) return notSeen('It was not seen to read the metadata.')
  return failed(
    'It registered without having read any metadata, at an endpoint that it must have guessed.',
    registration,
  )
}

// A preflight is the browser's.
function looksOf(events: RecordedEvent[]): EventOf<'discovery'>[] {
  return ofKind(events, 'discovery').filter(
    ({ document, method }) => document !== 'keys' && method !== 'OPTIONS',
  )
}

function isNamed({ resourceMetadata = '' }: EventOf<'challenge'>, look: EventOf<'discovery'>) {
  const url = URL.parse(resourceMetadata)
  return url?.host === look.host && url.pathname === look.path
}
