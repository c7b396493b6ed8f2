import { applicationAt } from './access/application'
import type { Endpoint, FaultSubject } from './access/faults'
import { ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA } from './access/metadata'
import { ACCESS_PATHS } from './access/team-domain'
import type { AppContext } from './env'
import { bearerToken } from './oauth/bearer'
import { clientCredentials } from './oauth/client-auth'
import { decodeUtf8 } from './oauth/encoding'
import { Parameters } from './oauth/parameters'

const OF_THE_TEAM: Record<string, Endpoint> = {
  '/certs': 'keys',
  '/oauth/registration': 'registration',
  '/oauth/authorization': 'authorization',
  '/oauth/consent': 'authorization',
  '/oauth/token': 'token',
  '/oauth/revoke': 'revocation',
}

const OF_THE_DASHBOARD: Record<string, Endpoint> = {
  '/oauth2/auth': 'authorization',
  '/oauth2/consent': 'authorization',
  '/oauth2/token': 'token',
  '/oauth2/revoke': 'revocation',
  '/.well-known/openid-configuration': 'metadata',
  '/.well-known/jwks.json': 'keys',
}

const DOCUMENTS = [ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA]

/** Which endpoint a path is, for the faults of HTTP; undefined for pages in between. */
export function endpointOf(pathname: string): Endpoint | undefined {
  if (pathname.startsWith('/client/v4/')) return 'api'
  const prefix = ACCESS_PATHS.find((each) => pathname.startsWith(`${each}/`))
  if (prefix !== undefined) return OF_THE_TEAM[pathname.slice(prefix.length)]
  if (Object.hasOwn(OF_THE_DASHBOARD, pathname)) return OF_THE_DASHBOARD[pathname]
  return pathname.startsWith('/.well-known/') ? 'metadata' : 'application'
}

/** Whether the dashboard's OAuth server answers the request, and not Access's. */
export function isOfTheDashboard(c: AppContext): boolean {
  return c.get('dash').isRequestHost && Object.hasOwn(OF_THE_DASHBOARD, c.get('url').pathname)
}

/**
 * The client and the application of a request, as far as it names them, before it is judged.
 *
 * @param endpoint undefined for pages in between
 */
export async function subjectOf(
  c: AppContext,
  endpoint: Endpoint | undefined,
): Promise<FaultSubject> {
  const { configuration, stores, team, url } = c.var
  const at = (place: URL | null | undefined) =>
    place ? applicationAt(configuration.applications, place) : undefined
  switch (endpoint) {
    case 'application': {
      const token = bearerToken(c.req.header('authorization'))
      const grant = token === undefined ? undefined : await stores.grants.findNamed(token)
      return { clientId: grant?.clientId, application: at(url) }
    }
    case 'authorization': {
      const { client_id: clientId, resource = '' } = c.req.query()
      return { clientId, application: at(URL.parse(resource)) }
    }
    case 'token':
    case 'revocation':
      return subjectOfForm(c)
    case 'metadata':
      return { application: at(describedBy(c)) }
    case undefined:
      return { application: team.isRequestHost ? undefined : at(url) }
    case 'keys':
    case 'registration':
    case 'api':
      return {}
  }
}

// RFC 8414 3.1, RFC 9728 3.1: the path of what a document is about follows the document's own name.
// The team's own documents are about no application.
function describedBy(c: AppContext): URL | undefined {
  const { team, url } = c.var
  const { origin, pathname } = url
  const document = DOCUMENTS.find((each) => pathname === each || pathname.startsWith(`${each}/`))
  if (team.isRequestHost && document === SERVER_METADATA) return undefined
  if (document === undefined) return isOfTheDashboard(c) ? undefined : url
  return new URL(origin + (pathname.slice(document.length) || '/'))
}

async function subjectOfForm(c: AppContext): Promise<FaultSubject> {
  const { configuration, stores } = c.var
  const form = new URLSearchParams(await textOf(c))
  const clientId = basicClient(c) ?? form.get('client_id')
  const credential = form.get('code') ?? form.get('refresh_token') ?? form.get('token') ?? ''
  if (isOfTheDashboard(c)) {
    const grant = clientId ? undefined : await stores.dashboardGrants.findNamed(credential)
    return { clientId: clientId ?? grant?.clientId }
  }
  const grant = await stores.grants.findNamed(credential)
  const application = configuration.applications.find(({ id }) => id === grant?.applicationId)
  return { clientId: clientId ?? grant?.clientId, application }
}

// RFC 6749 2.3.1. What is wrong with the header the endpoint says.
function basicClient(c: AppContext): string | undefined {
  try {
    const header = c.req.header('authorization')
    return clientCredentials(header, new Parameters(new URLSearchParams())).clientId
  } catch {
    return undefined
  }
}

// A copy: the endpoint reads the body itself, and says what is wrong with it.
async function textOf(c: AppContext): Promise<string> {
  try {
    return decodeUtf8(await c.req.raw.clone().arrayBuffer())
  } catch {
    return ''
  }
}
