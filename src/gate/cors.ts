import type { Next } from 'hono'
import { cors } from 'hono/cors'
import type { Application } from '../access/application'
import type { CorsHeaders } from '../access/cors-headers'
import type { AppContext } from '../request/context'
import { note, reportDecision } from '../request/events'
import { opening } from './admit'
import { forward } from './origin'
import { requestedApplication } from './requested'

/**
 * Applies the CORS settings of an application. CORS of all other routes is the member `cors` of their
 * declaration (`request/endpoint.ts`). A preflight has no credential, so it is refused unless
 * Access responds to it (`cors_headers`) or forwards it to the origin (`options_preflight_bypass`).
 *
 * Access: documented [O17, O18, K7]. Assumed: the body of the refusal, and that the headers of
 * `cors_headers` are on every response of the application too.
 */
export async function applicationCors(c: AppContext, next: Next): Promise<Response | undefined> {
  const application = requestedApplication(c)
  if (!application || opening(c)) return proceed(next)
  if (isPreflight(c)) return respondPreflight(c, application)
  const { cors_headers: configured } = application
  // Any other OPTIONS request is an ordinary one, but the middleware would respond to it.
  if (!configured || c.req.method === 'OPTIONS') return proceed(next)
  await middleware(configured)(c, next)
  return undefined
}

async function proceed(next: Next): Promise<undefined> {
  await next()
}

async function respondPreflight(c: AppContext, application: Application): Promise<Response> {
  note(c, { application: { id: application.id, name: application.name } })
  if (application.options_preflight_bypass) {
    const why = 'options_preflight_bypass is on, so CORS preflights are forwarded to the origin.'
    reportDecision(c, { kind: 'admission', by: 'bypass', outcome: 'allowed', rule: 'O18', why })
    return forward(c, application, {})
  }
  const { cors_headers: configured } = application
  if (!configured) return refusePreflight(c, application)
  const preflight = await middleware(configured)(c, async () => {})
  // Access: documented [O17], with 200. The middleware responds with 204.
  const headers = new Headers(preflight?.headers)
  // If no header is listed, the middleware reflects the requested ones.
  const nothing = !configured.allow_all_headers && configured.allowed_headers.length === 0
  if (nothing) headers.delete('Access-Control-Allow-Headers')
  // Deleted first, because Hono would merge the middleware's headers into the new response.
  c.res = undefined
  c.res = new Response(null, { status: 200, headers })
  return c.res
}

function refusePreflight(c: AppContext, { name }: Application): Response {
  c.set('isChallenge', true)
  reportDecision(c, {
    kind: 'challenge',
    response: '403',
    credential: 'none',
    outcome: 'refused',
    rule: 'O17',
    why: `The request is the CORS preflight of a page at ${c.req.header('origin')}, and ${name} has no CORS settings.`,
    change: 'Set cors_headers, or set options_preflight_bypass and respond at the origin.',
  })
  return c.text('CORS preflight refused', 403)
}

function isPreflight(c: AppContext): boolean {
  return (
    c.req.method === 'OPTIONS' &&
    c.req.header('origin') !== undefined &&
    c.req.header('access-control-request-method') !== undefined
  )
}

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function middleware(configured: CorsHeaders) {
  const { allow_credentials: credentials, max_age: maxAge, ...lists } = configured
  return cors({
    origin: lists.allow_all_origins
      ? '*'
      : (origin) => (lists.allowed_origins.includes(origin) ? origin : null),
    allowMethods: lists.allow_all_methods ? ALL_METHODS : lists.allowed_methods,
    allowHeaders: lists.allow_all_headers ? [] : lists.allowed_headers,
    credentials,
    ...(maxAge !== undefined && { maxAge }),
  })
}
