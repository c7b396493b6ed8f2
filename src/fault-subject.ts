import { applicationAt } from './access/application'
import type { Endpoint, FaultSubject } from './access/faults'
import { ACCESS_PATHS } from './access/team-domain'
import type { AppContext } from './env'
import { bearerToken } from './oauth/bearer'
import { decodeUtf8 } from './oauth/encoding'

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
  '/.well-known/jwks.json': 'keys',
}

/** Which endpoint a path is, for the faults of HTTP; undefined for pages in between. */
export function endpointOf(pathname: string): Endpoint | undefined {
  if (pathname.startsWith('/client/v4/')) return 'api'
  const prefix = ACCESS_PATHS.find((each) => pathname.startsWith(`${each}/`))
  if (prefix !== undefined) return OF_THE_TEAM[pathname.slice(prefix.length)]
  if (Object.hasOwn(OF_THE_DASHBOARD, pathname)) return OF_THE_DASHBOARD[pathname]
  return pathname.startsWith('/.well-known/') ? 'metadata' : 'application'
}

/** The client and the application of a request, as far as it names them, before it is judged. */
export async function subjectOf(c: AppContext, endpoint: Endpoint): Promise<FaultSubject> {
  const { configuration, stores, url } = c.var
  const at = (place: URL | null) =>
    place === null ? undefined : applicationAt(configuration.applications, place)
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
    case 'keys':
    case 'registration':
    case 'api':
      return { application: at(url) }
  }
}

async function subjectOfForm(c: AppContext): Promise<FaultSubject> {
  const { configuration, stores } = c.var
  const form = new URLSearchParams(await textOf(c))
  const credential = form.get('code') ?? form.get('refresh_token') ?? form.get('token') ?? ''
  const grant = await stores.grants.findNamed(credential)
  const application = configuration.applications.find(({ id }) => id === grant?.applicationId)
  return { clientId: form.get('client_id') ?? grant?.clientId, application }
}

// A copy: the endpoint reads the body itself, and says what is wrong with it.
async function textOf(c: AppContext): Promise<string> {
  try {
    return decodeUtf8(await c.req.raw.clone().arrayBuffer())
  } catch {
    return ''
  }
}
