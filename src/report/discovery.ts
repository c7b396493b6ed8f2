import type { RecordedEvent } from '../events/event'
import { type Check, type Finding, failed, notSeen, passed } from './check'
import { type EventOf, ofKind, type Story } from './story'

/** Checks of how the client found the authorization server. */
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
    judge: readsAtIssuer,
  },
]

function followsChallenge({ events }: Story): Finding {
  const challenges = ofKind(events, 'challenge').filter(({ resourceMetadata }) => resourceMetadata)
  const requests = requestsOf(events)
  const [challenge] = challenges
  if (!challenge) {
    return notSeen(
      'The client has received no challenge with resource_metadata. Send a request to the application without a token.',
    )
  }
  for (const each of challenges) {
    const request = requests.find((one) => one.number > each.number && isNamed(each, one))
    if (request)
      return passed(
        `It fetched ${each.resourceMetadata}, which the challenge names.`,
        each,
        request,
      )
  }
  const guess = requests.find(({ number }) => number > challenge.number)
  const registration = ofKind(events, 'registration').find(
    ({ number }) => number > challenge.number,
  )
  if (!guess && !registration) {
    return notSeen('The client has received a challenge, and has not continued yet.')
  }
  const instead = guess ? `fetched ${guess.host}${guess.path}` : 'registered'
  return failed(
    {
      why: `It did not fetch ${challenge.resourceMetadata}, which the challenge names, and ${instead} instead.`,
      change:
        'Use resource_metadata if the challenge has it. Well-known paths are for challenges without it.',
    },
    challenge,
    guess ?? registration,
  )
}

function readsAtIssuer({ all, events, registration, userAgent }: Story): Finding {
  const requests = requestsOf(events).filter(({ document }) => document === 'authorization-server')
  const atIssuer = requests.find(({ of }) => of === 'team-domain')
  if (atIssuer) return passed(`It read the metadata of ${atIssuer.host}.`, atIssuer)
  const [elsewhere] = requests
  if (elsewhere) {
    return failed(
      {
        why: `It read the metadata only at ${elsewhere.host}, but the issuer is the team domain.`,
        change:
          'Use authorization_servers of the protected resource metadata, and reject metadata with another issuer.',
      },
      elsewhere,
    )
  }
  // A client may reuse metadata that it read before an earlier registration.
  const hasReadBefore = requestsOf(all).some(
    (request) => request.document === 'authorization-server' && request.userAgent === userAgent,
  )
  if (!registration || hasReadBefore) return notSeen('No request for the metadata is recorded.')
  return failed(
    {
      why: 'It registered without reading any metadata.',
      change: 'Use the registration_endpoint of the metadata.',
    },
    registration,
  )
}

// Preflights are sent by the browser, not by the client.
function requestsOf(events: RecordedEvent[]): EventOf<'discovery'>[] {
  return ofKind(events, 'discovery').filter(
    ({ document, method }) => document !== 'keys' && method !== 'OPTIONS',
  )
}

function isNamed({ resourceMetadata = '' }: EventOf<'challenge'>, request: EventOf<'discovery'>) {
  const url = URL.parse(resourceMetadata)
  return url?.host === request.host && url.pathname === request.path
}
