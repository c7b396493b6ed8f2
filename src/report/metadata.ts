import type { RecordedEvent } from '../events/event'
import { OTHER_ISSUER } from '../events/reason'
import type { FaultName } from '../switches/faults'
import { type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story, switchOn } from './story'

/** Checks of how the client validates metadata, and of what it does with another issuer. */
export const METADATA_CHECKS: Check[] = [
  {
    id: 'well-known',
    title: 'Tries the well-known paths if the challenge names no metadata',
    source: 'MCP 2026-07-28 Protected Resource Metadata Discovery; RFC 9728 3.1',
    level: 'MUST',
    judge: triesWellKnownPaths,
  },
  {
    id: 'metadata-issuer',
    title: 'Rejects metadata whose issuer is another server',
    source: 'MCP 2026-07-28 Authorization Server Metadata Discovery; RFC 8414 3.3',
    level: 'MUST',
    judge: rejects(
      'wrong-metadata-issuer',
      'had the issuer of another server',
      'Compare issuer with the URL that the metadata was derived from, and stop if they differ (P32).',
    ),
  },
  {
    id: 'pkce-announced',
    title: 'Stops if the metadata does not announce PKCE',
    source: 'MCP 2026-07-28 Authorization Code Protection',
    level: 'MUST',
    judge: rejects(
      'missing-pkce-methods',
      'had no code_challenge_methods_supported',
      'Stop if the metadata does not list S256: the server may not support PKCE.',
    ),
  },
  {
    id: 'issuer-binding',
    title: 'Registers anew with another issuer',
    source: `${OTHER_ISSUER} (SEP-2352)`,
    level: 'MUST',
    judge: registersAnew,
  },
]

function triesWellKnownPaths({ events }: Story): Finding {
  // A client that has read the metadata before may continue without it.
  const known = ofKind(events, 'discovery').find(
    ({ document, place }) => document === 'protected-resource' && place === 'access-path',
  )
  const bare = ofKind(events, 'challenge').find(
    ({ number, resourceMetadata, response }) =>
      response === '401-bearer' &&
      resourceMetadata === undefined &&
      !(known && known.number < number),
  )
  if (!bare) {
    return notSeen(
      `${switchOn('bare-challenge')}, then connect a client without tokens. Its 401 will name no metadata.`,
    )
  }
  const after = events.filter(({ number }) => number > bare.number)
  const found = ofKind(after, 'discovery').find(({ place }) => place === 'rfc-9728')
  if (found) return passed(`It fetched ${found.host}${found.path} after the 401.`, bare, found)
  const instead = after.find(isStep)
  if (!instead) return notSeen('The 401 named no metadata, and the client has not continued yet.')
  return failed(
    {
      why: 'The 401 named no metadata, and the client continued without the protected resource metadata.',
      change:
        'Try /.well-known/oauth-protected-resource with the path of the request, then without.',
    },
    bare,
    instead,
  )
}

// A client that stops sends nothing. Only its next visit, without the fault, shows that it has stopped.
function rejects(fault: FaultName, what: string, change: string) {
  return ({ events }: Story): Finding => {
    const struck = ofKind(events, 'fault').filter((event) => event.fault === fault)
    const rays = new Set(struck.map(({ rayId }) => rayId))
    const documents = ofKind(events, 'discovery')
    const bad = documents.filter(({ rayId }) => rays.has(rayId))
    if (bad.length === 0) {
      return notSeen(
        `${switchOn(fault)}, then let the client read the metadata. Connect it again after that.`,
      )
    }
    const seen: RecordedEvent[] = []
    for (const document of bad) {
      const next = events.find(
        (event) => event.number > document.number && !rays.has(event.rayId) && isStep(event),
      )
      if (next && !isServerMetadata(next)) {
        return failed(
          { why: `The metadata ${what}, and the client continued with it.`, change },
          document,
          next,
        )
      }
      if (next) seen.push(document, next)
    }
    if (seen.length === 0) {
      return notSeen(
        `The metadata ${what}, and the client has not continued yet. Connect it again, without the fault, to show that it stopped.`,
      )
    }
    return passed(`The metadata ${what}, and the client did not continue with it.`, ...seen)
  }
}

// A step of a client that has metadata, or another look at the metadata.
function isStep(event: RecordedEvent): boolean {
  return ['registration', 'authorization', 'token'].includes(event.kind) || isServerMetadata(event)
}

function isServerMetadata(event: RecordedEvent): boolean {
  return event.kind === 'discovery' && event.document === 'authorization-server'
}

// Its own events show a client_id that was sent to the other team; a new registration has another id.
function registersAnew({ all, client, events, userAgent }: Story): Finding {
  const misused = events.filter((event) => event.rule === OTHER_ISSUER)
  if (misused.length > 0) {
    return failed(
      {
        why: 'It sent a client_id to an issuer that it is not registered with.',
        change: 'Store client_id and tokens for each issuer, and register with each one.',
      },
      ...misused,
    )
  }
  const registrations = ofKind(all, 'registration').filter(
    (event) => event.outcome === 'allowed' && event.userAgent === userAgent && userAgent,
  )
  const here = registrations.filter((event) => event.client?.id === client.id)
  const elsewhere = registrations.filter((event) => here[0] && event.path !== here[0].path)
  if (here.length > 0 && elsewhere.length > 0) {
    return passed('The same software registered with each of two issuers.', ...here, ...elsewhere)
  }
  return notSeen(
    `${switchOn('second-team')}, then connect the client again. The protected resource metadata will name another issuer.`,
  )
}
