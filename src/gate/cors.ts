import type { Next } from 'hono'
import { cors } from 'hono/cors'
import type { Application } from '../access/application'
import type { CorsHeaders } from '../access/cors-headers'
import type { AppContext } from '../request/context'
import { note, reportDecision } from '../request/events'
import { bypassPolicy } from './admit'
import { forward } from './origin'
import { requestedApplication } from './requested'

/**
 * CORS of an application. A preflight brings no credential, so it is refused, until Access is told
 * to answer it (`cors_headers`) or to let the origin do so (`options_preflight_bypass`).
 *
 * Access: documented [O17, O18], that the two exclude one another included. Assumed: the body of the
 * refusal; what `cors_headers` says is on every response of the application too.
 */
export async function applicationCors(c: AppContext, next: Next): Promise<Response | undefined> {
  const application = requestedApplication(c)
  if (!application || bypassPolicy(c)) return goOn(next)
  if (isPreflight(c)) return answerPreflight(c, application)
  const { cors_headers: configured } = application
  // Every other OPTIONS is a request like any other; the middleware would answer it.
  if (!configured || c.req.method === 'OPTIONS') return goOn(next)
  await middleware(configured)(c, next)
  return undefined
}

async function goOn(next: Next): Promise<undefined> {
  await next()
}

async function answerPreflight(c: AppContext, application: Application): Promise<Response> {
  note(c, { application: { id: application.id, name: application.name } })
  if (application.options_preflight_bypass) {
    const why = 'options_preflight_bypass hands CORS preflights to the origin.'
    reportDecision(c, { kind: 'admission', by: 'bypass', outcome: 'allowed', rule: 'O18', why })
    return forward(c, application, {})
  }
  const { cors_headers: configured } = application
  if (!configured) return refusePreflight(c, application)
  const preflight = await middleware(configured)(c, async () => {})
  // Access: documented, with 200. The middleware answers 204.
  const headers = new Headers(preflight?.headers)
  // The middleware reflects what was asked for where nothing is listed.
  const nothing = !configured.allow_all_headers && configured.allowed_headers.length === 0
  if (nothing) headers.delete('Access-Control-Allow-Headers')
  // Emptied first: Hono would put the headers of the middleware back.
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
    why: `A browser asks whether a page of ${c.req.header('origin')} may send this request, and ${name} has no CORS settings.`,
    change: 'Set cors_headers, or options_preflight_bypass and answer at the origin.',
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
