import type { MiddlewareHandler } from 'hono'
import { type Application, applicationAt, coveredAt, managedOAuth } from '../access/application'
import {
  describedBy,
  RESOURCE_METADATA,
  resourceMetadata,
  SERVER_METADATA,
  withoutSlash,
} from '../access/metadata'
import { SECOND_TEAM } from '../access/team-domain'
import type { RequestDecision } from '../events/request-event'
import { anyOrigin } from '../request/any-origin'
import type { AppContext, Env } from '../request/context'
import { endpoint } from '../request/endpoint'
import { reportDecision } from '../request/events'
import { strikes } from '../request/faults'
import { serverMetadataFor } from '../request/server-metadata'

/** A metadata document of an application, and the event of a request for it. */
type Document = {
  application: Application
  event: Omit<Extract<RequestDecision, { kind: 'discovery' }>, 'kind' | 'of' | 'application'>
  content(): object | Promise<object>
}
/** A function that finds the requested document; undefined if the path is an ordinary one. */
type Find = (c: AppContext) => Document | undefined

// Access: observed [M17]. Any web page can read the documents.
const ANY_ORIGIN = anyOrigin(['GET', 'HEAD'])

/** Returns the endpoint of a metadata document. Requests that it does not find pass through. */
export function metadata(find: Find): MiddlewareHandler<Env>[] {
  const declared = endpoint('metadata', {
    event: 'discovery',
    cors: ANY_ORIGIN,
    subject: (c) => ({ application: find(c)?.application }),
  })
  return [
    async function declareIfFound(c, next) {
      const document = find(c)
      if (!document) return next()
      const { id, name } = document.application
      const about = { of: 'application', application: { id, name } } as const
      reportDecision(c, { kind: 'discovery', ...about, ...document.event })
      return declared(c, next)
    },
    async function respondIfFound(c, next) {
      const document = find(c)
      if (!document) return next()
      // The endpoints' path depends on the Origin header, see `reachablePath`.
      c.header('Vary', 'Origin')
      return c.json(await document.content())
    },
  ]
}

/**
 * Returns how to find the protected resource's metadata, at Access's own path or at that of RFC 9728.
 *
 * Access: observed [M1, M7, M8]. Access's own path responds whether Managed OAuth is on or off. The
 * standard path responds only while it is on; otherwise it is an ordinary path.
 */
export function resourceDocument(path: string): Find {
  const isStandard = path === RESOURCE_METADATA
  return function find(c) {
    const { configuration, quirks, team, url } = c.var
    const resource = describedBy(url, path)
    const covered = coveredAt(configuration.applications, resource)
    if (!covered || (isStandard && !managedOAuth(covered.application))) return undefined
    const { application } = covered
    return {
      application,
      event: {
        document: 'protected-resource',
        place: isStandard ? 'rfc-9728' : 'access-path',
        rule: isStandard ? 'M7' : 'M1',
        why: `The metadata of ${application.name}: its authorization server is ${team.origin}.`,
      },
      async content() {
        const isMoved = await strikes(c, 'second-team', { application })
        return resourceMetadata(team, covered, url.origin, {
          isFlat: quirks.has('flat-protected-resource'),
          ...(isMoved && { issuer: team.origin + SECOND_TEAM }),
          ...(quirks.has('metadata-of-host') && { resource: withoutSlash(resource) }),
        })
      },
    }
  }
}

/** Finds the authorization server's metadata on an application's host, if Managed OAuth is on [M10, M11]. */
export function serverDocument(c: AppContext): Document | undefined {
  const { configuration, team, url } = c.var
  const issuer = describedBy(url, SERVER_METADATA)
  const application = applicationAt(configuration.applications, issuer)
  if (!application || !managedOAuth(application)) return undefined
  return {
    application,
    event: {
      document: 'authorization-server',
      place: 'rfc-8414',
      rule: 'M10',
      why: `The team's metadata on the application's host: its issuer is ${team.origin}, which a strict client rejects on this host (P19).`,
    },
    content: () => serverMetadataFor(c, withoutSlash(issuer), { application }),
  }
}
