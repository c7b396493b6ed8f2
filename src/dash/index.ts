import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { SERVER_METADATA } from '../access/metadata'
import { CONNECTED_PATH } from '../account/oauth/dash-domain'
import { DashError } from '../account/oauth/dash-error'
import { OAuthError } from '../oauth/errors'
import { PageError } from '../pages/page-error'
import { respondMessage } from '../pages/respond-message'
import type { AppContext, Env } from '../request/context'
import { endpoint, page } from '../request/endpoint'
import { onDemand } from '../request/on-demand'
import { AuthorizationError, redirectError } from './authorization/respond'
import { ANY_ORIGIN, clientCors, userinfoCors } from './cors'
import { reportAuthorizationRefusal, reportFailure, reportTokenRefusal } from './refusals'
import { respondJson } from './respond-json'
import { authorizationSubject, tokenSubject } from './subject'

const handle = onDemand(() => import('./handlers'))

/** The callback of the dashboard's button "Authenticate server". Portal: observed [MP67]. */
const AUTHENTICATE_SERVER =
  '/:account/one/access-controls/ai-controls/mcp-server/oauth-callback/:server'

/**
 * Surface 3: the OAuth server of the Cloudflare dashboard, for self-managed OAuth clients. It owns the
 * authorization, token, revocation and metadata endpoints, their pages, and the page of connected
 * applications. The API (`api/`) manages the clients and accepts their tokens.
 *
 * It responds on its own host (`DASH_DOMAIN`), else on that of the team domain. On that host its paths
 * come before an application that covers the host too, as "*" does.
 */
export const dash = new Hono<Env>()
dash.onError(function respondAndReport(error, c) {
  if (error instanceof AuthorizationError) {
    reportAuthorizationRefusal(c, error.error, error.target ? 'client' : 'person')
    return redirectError(c, error)
  }
  if (error instanceof DashError) {
    reportTokenRefusal(c, error)
    return respondJson(c, error.status, {
      error: error.code,
      error_description: error.description,
    })
  }
  if (!(error instanceof PageError || error instanceof OAuthError)) reportFailure(c, error)
  throw error
})
const authorization = { event: 'authorization', subject: authorizationSubject } as const
dash.use('/oauth2/auth', here(endpoint('authorization', authorization)))
dash.use('/oauth2/consent', here(endpoint('authorization', authorization)))
// Refusals of these two endpoints are events of their own (DashboardEvent).
dash.use('/oauth2/token', here(endpoint('token', { cors: clientCors, subject: tokenSubject })))
dash.use(
  '/oauth2/revoke',
  here(endpoint('revocation', { cors: clientCors, subject: tokenSubject })),
)
dash.use('/oauth2/userinfo', here(page({ cors: userinfoCors })))
dash.use('/oauth2/login', here(page({ event: 'login' })))
dash.use('/oauth2/*', here(page()))
dash.use('/oauth/error', here(page()))
dash.use('/.well-known/openid-configuration', here(endpoint('metadata', { cors: ANY_ORIGIN })))
dash.use('/.well-known/jwks.json', here(endpoint('keys', { cors: ANY_ORIGIN })))
dash.use(SERVER_METADATA, whereApart(endpoint('metadata')))
dash.use(CONNECTED_PATH, here(page()))
dash.use(AUTHENTICATE_SERVER, here(page({ event: 'authorization' })))
dash.get('/oauth2/auth', here(handle('authorize')))
dash.on(['GET', 'POST'], '/oauth2/login', here(handle('login')))
dash.on(['GET', 'POST'], '/oauth2/consent', here(handle('consent')))
dash.post('/oauth2/token', here(handle('token')))
dash.post('/oauth2/revoke', here(handle('revoke')))
dash.post('/oauth2/device/auth', here(handle('deviceAuthorization')))
dash.on(['GET', 'POST'], '/oauth2/userinfo', here(handle('userinfo')))
dash.get('/oauth2/logout', here(handle('logout')))
dash.get('/oauth2/sessions/logout', here(handle('logout')))
dash.all('/oauth2/*', here(notHere))
dash.get('/oauth/error', here(handle('errorPage')))
dash.get('/.well-known/openid-configuration', here(handle('openidConfiguration')))
dash.get('/.well-known/jwks.json', here(handle('jwks')))
dash.get(SERVER_METADATA, whereApart(spa))
dash.on(['GET', 'POST'], CONNECTED_PATH, here(handle('connected')))
dash.get(AUTHENTICATE_SERVER, here(handle('authenticateServer')))
dash.get('/', whereApart(deepLink))

/** Runs a handler for requests to the dashboard's host only. */
function here(handler: Handler<Env> | MiddlewareHandler<Env>): MiddlewareHandler<Env> {
  return async function onTheDashboard(c, next) {
    return c.get('dash').isRequestHost ? handler(c, next) : next()
  }
}

/** Runs a handler for requests to the dashboard's host only if the team domain has another host. */
function whereApart(handler: Handler<Env> | MiddlewareHandler<Env>): MiddlewareHandler<Env> {
  return async function onTheDashboardAlone(c, next) {
    const { isApart, isRequestHost } = c.get('dash')
    return isApart && isRequestHost ? handler(c, next) : next()
  }
}

// Dashboard: observed [D3]. GET of the token endpoint is a 404.
function notHere(c: AppContext): never {
  const { method } = c.req
  throw new PageError(
    404,
    'Not found',
    `${method} ${c.get('url').pathname} is not an endpoint of the dashboard's OAuth server.`,
  )
}

// Dashboard: observed [D2]. There is no RFC 8414 document: the response is the dashboard's HTML page.
function spa(c: AppContext): Response | Promise<Response> {
  return respondMessage(c, 200, {
    title: 'The dashboard',
    message: 'Only its OAuth server and the list of connected applications are emulated.',
  })
}

// Dashboard: documented [D30]. `/?to=<path>` leads to a page of the dashboard.
function deepLink(c: AppContext): Response | Promise<Response> {
  return c.get('url').searchParams.get('to') === CONNECTED_PATH
    ? c.redirect(c.get('dash').origin + CONNECTED_PATH, 302)
    : spa(c)
}
