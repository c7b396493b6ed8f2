/*
 * Cloudflare's API below `/client/v4`: the envelope, callers and their permissions, and the
 * operations that `access/`, `oauth/` and `account/` define. The routes and the OpenAPI document are
 * generated from the operations.
 *
 * It does not own the records: their schemas are in `src/access` and `src/account`, and the store
 * keeps them.
 */
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { isForeignOrigin } from '../access/team-domain'
import type { CommonFacts } from '../events/request-event'
import { bearerToken } from '../oauth/bearer'
import type { AppContext, Env } from '../request/context'
import { endpoint } from '../request/endpoint'
import { note, reportDecision, reportRefusal } from '../request/events'
import { isFromForeignPage, withoutTokenAdvice } from '../request/origin'
import { SettingsError } from '../settings/error'
import { ConfigurationFull } from '../store/emulator'
import { StorageUnavailable } from '../store/unavailable'
import type { FaultSubject } from '../switches/active-fault'
import { accessRequests } from './access/access-requests'
import { mcpAnalytics } from './access/ai-controls/mcp-analytics'
import { mcpPortals } from './access/ai-controls/mcp-portals'
import { mcpServers } from './access/ai-controls/mcp-servers'
import { applicationPolicies } from './access/application-policies'
import { applications } from './access/applications'
import { groups } from './access/groups'
import { identityProviders } from './access/identity-providers'
import { keys } from './access/keys'
import { organizations } from './access/organizations'
import { policies } from './access/policies'
import { policyTests } from './access/policy-tests'
import { populationUsers } from './access/population-users'
import { serviceTokenLives } from './access/service-token-lives'
import { serviceTokens } from './access/service-tokens'
import { tags } from './access/tags'
import { userPolicyChecks } from './access/user-policy-checks'
import { userPopulations } from './access/user-populations'
import { userSessions } from './access/user-sessions'
import { users } from './access/users'
import { accounts } from './account/accounts'
import { dnsRecords } from './account/dns-records'
import { user } from './account/user'
import { zones } from './account/zones'
import { type Caller, callerOf } from './credentials'
import { CHANGE_NOT_EMULATED, judged, unjudged } from './elsewhere'
import { respondError } from './envelope'
import { ApiError, apiPath, type EnvelopeError, invalidRequest, noRoute } from './error'
import { notEmulated } from './not-emulated'
import { oauthClientSecret } from './oauth/oauth-client-secret'
import { oauthClients } from './oauth/oauth-clients'
import { oauthScopes } from './oauth/oauth-scopes'
import { onAccountsAndZones, route, under } from './operation'

const operations = [
  ...user,
  ...accounts,
  ...zones,
  ...oauthScopes,
  ...under('/zones/:zone_id', dnsRecords),
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
    ...userPopulations,
    ...populationUsers,
    ...keys,
    ...accessRequests,
    ...tags,
    ...mcpServers,
    ...mcpPortals,
    ...mcpAnalytics,
    ...oauthClients,
    ...oauthClientSecret,
  ]),
]

/** Serves Cloudflare's API, as far as it is about Access and OAuth clients. */
export const api = new Hono<Env>()
api.onError(function respondInEnvelope(error, c) {
  if (error instanceof ApiError) {
    const [first] = error.errors
    note(c, { kind: 'api-call', code: first?.code })
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
  if (error instanceof SettingsError) {
    const change = 'Correct the setting. Only the API depends on it.'
    reportRefusal(c, { outcome: 'failed', why: error.message, change })
    console.error(error.message)
    return respondError(c, new ApiError(500, { code: 10001, message: error.message }))
  }
  if (error instanceof StorageUnavailable) {
    c.header('Retry-After', String(error.retryAfterSeconds))
    reportRefusal(c, { outcome: 'failed', why: `${error.message}.` })
    return respondError(c, new ApiError(503, { code: 10001, message: error.message }))
  }
  reportRefusal(c, { outcome: 'failed', why: `Internal error of the emulator: ${error.message}` })
  console.error(error)
  return respondError(c, new ApiError(500, { code: 10001, message: 'Internal server error' }))
})
// Not like Cloudflare, whose API no web page can read: pages on local addresses can read it here.
const OWN_PAGES = cors({
  origin: (origin) => (isForeignOrigin(origin) ? null : origin),
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  maxAge: 86_400,
})
api.use(endpoint('api', { event: 'api-call', cors: OWN_PAGES, subject: grantOfToken }))
// Without this, a page that has rebound its name to this machine could write, because a page that is
// same-origin with the emulator needs no preflight.
api.use(async function noForeignPages(c, next) {
  if (isFromForeignPage(c)) {
    const message = `web pages of ${c.req.header('origin')} cannot use the API: use a program`
    throw new ApiError(403, { code: 10001, message })
  }
  await next()
})
api.use(async function onlyWithValidSettings(c, next) {
  const { apiError } = c.get('settings')
  if (apiError) throw apiError
  await next()
})
api.use(async function onlyWithToken(c, next) {
  const { isLocal, settings, url } = c.var
  if (!isLocal && settings.EMULATOR_TOKEN === undefined) {
    const message = `${url.host} is not a local address, so the API requires the secret EMULATOR_TOKEN, which is not set. ${withoutTokenAdvice(c)}`
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
  reportDecision(c, { kind: 'api-call', ...whoOf(caller), why })
  c.header('Cache-Control', 'no-store')
  await next()
})
route(api, operations)
api.all('*', others)

// API: reported [V14, V15]. A path that exists, but not for this method, is 405.
async function others(c: AppContext): Promise<Response> {
  const response = await judged(c)
  if (response) return response
  const { pathname } = c.get('url')
  const path = apiPath(pathname)
  const paths = operations.map((each) => each.path)
  const exists = paths.some((each) => patternOf(each).test(path))
  if (exists) throw new ApiError(405, { code: 10405, message: 'Method not allowed' })
  const why = notEmulated(path, paths)
  if (why === '') throw noRoute(pathname)
  const elsewhere = await unjudged(c)
  if (elsewhere) return elsewhere
  throw noRoute(pathname, why).because({ change: CHANGE_NOT_EMULATED })
}

/** Reads the client and the person of an OAuth client's token, even if it is no longer valid. */
async function grantOfToken(c: AppContext): Promise<FaultSubject> {
  const token = bearerToken(c.req.header('authorization'))
  const grant = token && (await c.get('stores').dashboardGrants.findNamed(token))
  return grant ? { clientId: grant.clientId, email: grant.email } : {}
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

function pointerOf(error: EnvelopeError | undefined): { change?: string } {
  return error?.pointer ? { change: `Correct ${error.pointer} in the request.` } : {}
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`)
}
