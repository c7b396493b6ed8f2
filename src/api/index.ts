import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { isForeignOrigin } from '../access/team-domain'
import type { CommonFacts } from '../events/request-event'
import type { AppContext, Env } from '../request/context'
import { endpoint } from '../request/endpoint'
import { note, reportDecision, reportRefusal } from '../request/events'
import { ConfigurationFull } from '../store/emulator'
import { StorageUnavailable } from '../store/unavailable'
import { accessRequests } from './access/access-requests'
import { applicationPolicies } from './access/application-policies'
import { applications } from './access/applications'
import { groups } from './access/groups'
import { identityProviders } from './access/identity-providers'
import { keys } from './access/keys'
import { organizations } from './access/organizations'
import { policies } from './access/policies'
import { policyTests } from './access/policy-tests'
import { serviceTokenLives } from './access/service-token-lives'
import { serviceTokens } from './access/service-tokens'
import { tags } from './access/tags'
import { userPolicyChecks } from './access/user-policy-checks'
import { userSessions } from './access/user-sessions'
import { users } from './access/users'
import { accounts } from './account/accounts'
import { user } from './account/user'
import { zones } from './account/zones'
import { type Caller, callerOf } from './credentials'
import { respondError } from './envelope'
import { ApiError, type EnvelopeError, invalidRequest, noRoute } from './error'
import { notEmulated } from './not-emulated'
import { oauthClientSecret } from './oauth/oauth-client-secret'
import { oauthClients } from './oauth/oauth-clients'
import { oauthScopes } from './oauth/oauth-scopes'
import { onAccountsAndZones, route, under } from './operation'

/** Everything that the API does: its routes, and its OpenAPI document. */
const operations = [
  ...user,
  ...accounts,
  ...zones,
  ...oauthScopes,
  ...onAccountsAndZones([
    ...applications,
    ...applicationPolicies,
    ...userPolicyChecks,
    ...serviceTokens,
    ...organizations,
    ...identityProviders,
    ...groups,
  ]),
  ...under('/accounts/:account_id', [
    ...policies,
    ...policyTests,
    ...serviceTokenLives,
    ...users,
    ...userSessions,
    ...keys,
    ...accessRequests,
    ...tags,
    ...oauthClients,
    ...oauthClientSecret,
  ]),
]

/** Surface 4: Cloudflare's API, as far as it is about Access and OAuth clients. */
export const api = new Hono<Env>()
api.onError(function respondInEnvelope(error, c) {
  if (error instanceof ApiError) {
    const [first] = error.errors
    note(c, { kind: 'api call', code: first?.code })
    reportRefusal(c, {
      outcome: 'refused',
      why: error.message,
      ...pointerOf(first),
      ...error.hint,
    })
    return respondError(c, error)
  }
  if (error instanceof ConfigurationFull) {
    reportRefusal(c, { outcome: 'refused', why: error.message })
    return respondError(c, invalidRequest(error.message))
  }
  if (error instanceof StorageUnavailable) {
    c.header('Retry-After', String(error.retryAfterSeconds))
    reportRefusal(c, { outcome: 'failed', why: `${error.message}.` })
    return respondError(c, new ApiError(503, { code: 10001, message: error.message }))
  }
  reportRefusal(c, { outcome: 'failed', why: `The emulator made a mistake: ${error.message}` })
  console.error(error)
  return respondError(c, new ApiError(500, { code: 10001, message: 'Internal server error' }))
})
// Not like Cloudflare, whose API no web page can read: a developer's own pages may.
const OWN_PAGES = cors({
  origin: (origin) => (isForeignOrigin(origin) ? null : origin),
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  maxAge: 86_400,
})
api.use(endpoint('api', { event: 'api call', cors: OWN_PAGES }))
api.use(async function onlyWithToken(c, next) {
  const { isLocal, settings, url } = c.var
  if (!isLocal && settings.EMULATOR_TOKEN === undefined) {
    const message = `${url.host} is not this machine, and the secret EMULATOR_TOKEN is not set (npx wrangler secret put EMULATOR_TOKEN)`
    throw new ApiError(503, { code: 10001, message })
  }
  await next()
})
api.get('/openapi.json', async (c) => {
  const { openApiDocument } = await import('./openapi')
  return c.json(openApiDocument(operations, c.get('url').origin))
})
api.use(async function knownCallersOnly(c, next) {
  const caller = await callerOf(c)
  const why = `${c.req.method} ${c.req.path} was carried out.`
  reportDecision(c, { kind: 'api call', ...whoOf(caller), why })
  c.header('Cache-Control', 'no-store')
  await next()
})
route(api, operations)
api.all('*', refuse)

// Access: observed (section 1.3). A path that is there, but not for this method, is 405.
function refuse(c: AppContext): never {
  const { pathname } = c.get('url')
  const path = pathname.replace(/^\/client\/v4/, '')
  const paths = operations.map((each) => each.path)
  const isThere = paths.some((each) => patternOf(each).test(path))
  if (isThere) throw new ApiError(405, { code: 10405, message: 'Method not allowed' })
  throw noRoute(pathname, notEmulated(path, paths))
}

function whoOf(caller: Caller): Pick<CommonFacts, 'client' | 'email'> {
  switch (caller.kind) {
    case 'administrator':
      return { email: caller.email }
    case 'oauth':
      return { client: caller.client, email: caller.email }
    case 'token':
      return { client: { id: caller.id, name: `API token ${caller.name}` } }
  }
}

// RFC 6901: where in the body the mistake is.
function pointerOf(error: EnvelopeError | undefined): { change?: string } {
  return error?.pointer ? { change: `Look at ${error.pointer} of the body.` } : {}
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`)
}
