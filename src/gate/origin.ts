import { proxy } from 'hono/proxy'
import type { Application } from '../access/application'
import { isBrowserNavigation } from '../access/navigation'
import { namedServiceCredentials } from '../access/service-token'
import { isManagedOAuthToken } from '../access/token'
import { demo } from '../demo'
import { bearerToken } from '../oauth/bearer'
import { PageError, respondPageError } from '../pages/page-error'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import { impersonationOf } from '../request/impersonation'
import { noteMcpBody } from '../request/mcp'
import { withoutOwnCookies } from '../signin/browser'
import type { Admission } from './admission'
import { knownAccess } from './known-access'
import { noteOrigin } from './origin-outcome'
import { WORKER_ACCESS_HEADER, workerAccess } from './worker-access'

/** The time that the origin has until its first byte, as on the real edge (error 524). */
const TIMEOUT_MS = 100_000

/**
 * Forwards the request to the origin and returns its response. Both are streamed.
 *
 * @param application undefined if no application of Access covers the URL
 */
export async function forward(
  c: AppContext,
  application: Application | undefined,
  admission: Admission,
): Promise<Response> {
  const headers = originHeaders(c, application, admission)
  // `ctx.access` contains what the runtime has verified, so an assertion that is not good has none.
  const isGood = admission.assertion !== undefined && impersonationOf(c)?.forward?.isGood !== false
  if (c.env.ORIGIN && application && !application.origin_url && isGood) {
    headers.set(WORKER_ACCESS_HEADER, await workerAccess(c, application, admission))
  }
  c.set('isForwarded', true)
  const request = withMcpNoted(c, requestOf(c, headers))
  const response =
    impersonationOf(c)?.origin?.(request) ?? (await send(c, { application, request, admission }))
  if (!admission.setCookies) return response
  const withCookie = new Response(response.body, response)
  for (const cookie of admission.setCookies) withCookie.headers.append('Set-Cookie', cookie)
  // Assumed: no cache stores the token, whatever Cache-Control the origin sends.
  withCookie.headers.set('Cache-Control', 'no-store')
  return withCookie
}

// RFC 9110 9.3.1: the body of a GET has no meaning, and `fetch` cannot send one.
function requestOf(c: AppContext, headers: Headers): Request {
  const { body, method, signal, url } = c.req.raw
  const hasNoMeaning = body !== null && ['GET', 'HEAD'].includes(method)
  if (!hasNoMeaning) return new Request(c.req.raw, { headers })
  headers.delete('Content-Length')
  headers.delete('Transfer-Encoding')
  headers.delete('Content-Type')
  report(c, { kind: 'body-dropped', method, path: c.get('url').pathname })
  return new Request(url, { method, headers, signal, redirect: 'manual' })
}

function withMcpNoted(c: AppContext, request: Request): Request {
  const body = noteMcpBody(c, request)
  if (body === request.body) return request
  // Node requires `duplex` for a body that is a stream.
  const init: RequestInit & { duplex: 'half' } = { body, duplex: 'half' }
  return new Request(request, init)
}

/** A request for the origin, with the admission that its headers tell. */
type ForOrigin = {
  application: Application | undefined
  request: Request
  admission: Admission
}

// The demo shows its own address, which is not the request's behind a tunnel.
function asSeen(c: AppContext, request: Request): Request {
  const { href } = c.get('url')
  return href === request.url ? request : new Request(href, request)
}

async function send(c: AppContext, forOrigin: ForOrigin): Promise<Response> {
  const { application, request } = forOrigin
  const { assertion, requestedScope = '' } = forOrigin.admission
  const { ORIGIN } = c.env
  const own = application?.origin_url
  if (ORIGIN && !own) {
    return viaProxy(c, forOrigin, c.req.url, 'ORIGIN', (req) => ORIGIN.fetch(req))
  }
  const ORIGIN_URL = own ?? c.get('settings').ORIGIN_URL
  if (!ORIGIN_URL) {
    const response = await demo.fetch(asSeen(c, request), {
      ...knownAccess(c),
      requestedScope,
    })
    const { status } = response
    noteOrigin(c, { outcome: 'responded', origin: 'the built-in demo', status, assertion })
    return response
  }
  // Cut from the whole URL, because `search` drops a question mark with nothing after it.
  const pathAndQuery = c.get('url').href.slice(c.get('url').origin.length)
  return viaProxy(c, forOrigin, ORIGIN_URL.replace(/\/$/, '') + pathAndQuery, 'ORIGIN_URL', fetch)
}

// Access: observed [O1, O2, O5, O12]. Access's own headers, and those of the emulator's proxy, are removed
// from the request before ours are set. That includes `Cf_Access_...` and `Cf.Access...`, which an origin could read as the same
// header: CGI turns `-` into `_` (RFC 3875 4.1.18), and some servers turn any other sign into it.
function originHeaders(
  c: AppContext,
  application: Application | undefined,
  admission: Admission,
): Headers {
  const headers = new Headers(c.req.raw.headers)
  for (const name of [...headers.keys()]) {
    const read = name.replace(/[^a-z0-9]/gi, '-')
    if (/^(cf-(access-|ray$)|x-forwarded-(host|proto)$)/i.test(read)) headers.delete(name)
  }
  // The edge sets it on the request and, with the same value, on the response.
  headers.set('Cf-Ray', c.get('rayId'))
  headers.delete(WORKER_ACCESS_HEADER)
  const cookies = withoutOwnCookies(headers.get('cookie') ?? '')
  if (cookies) headers.set('Cookie', cookies)
  else headers.delete('Cookie')
  const named = application?.read_service_tokens_from_header
  if (named && namedServiceCredentials(headers, named)) headers.delete(named)
  // RFC 9110 7.6.1: this header is hop-by-hop too, but the proxy helper does not remove it.
  headers.delete('Proxy-Connection')
  headers.set('X-Forwarded-Host', c.get('url').host)
  headers.set('X-Forwarded-Proto', c.get('url').protocol.slice(0, -1))
  const { assertion, identity } = admission
  if (isOfAccess(headers, admission)) headers.delete('Authorization')
  if (assertion !== undefined) headers.set('Cf-Access-Jwt-Assertion', assertion)
  if (identity) headers.set('Cf-Access-Authenticated-User-Email', identity.email)
  return headers
}

// Access: observed [O2, O3]. Assumed: if another credential admitted the request, a token of Managed
// OAuth, valid or not, does not reach the origin either. A bypass changes nothing.
function isOfAccess(headers: Headers, { assertion, byAuthorization }: Admission): boolean {
  const token = bearerToken(headers.get('authorization')) ?? ''
  return byAuthorization === true || (assertion !== undefined && isManagedOAuthToken(token))
}

async function viaProxy(
  c: AppContext,
  { request, admission: { assertion } }: ForOrigin,
  url: string,
  setting: 'ORIGIN' | 'ORIGIN_URL',
  customFetch: (request: Request) => Promise<Response>,
): Promise<Response> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS)
  const signal = AbortSignal.any([c.req.raw.signal, timeout.signal])
  const where = setting === 'ORIGIN' ? 'the service binding ORIGIN' : `ORIGIN_URL ${url}`
  const origin = 'your origin'
  try {
    const response = await (isWebSocket(request)
      ? upgrade(customFetch, new Request(url, new Request(request, { signal })))
      : proxy(url, { raw: request, redirect: 'manual', signal, customFetch }))
    noteOrigin(c, { outcome: 'responded', origin, status: response.status, assertion })
    return response
  } catch (error) {
    const isLate = timeout.signal.aborted
    const status = isLate ? 524 : 502
    const problem = isLate
      ? `${where} did not respond within ${TIMEOUT_MS / 1000} s.`
      : `${where} cannot be reached: ${error instanceof Error ? error.message : error}`
    const outcome = isLate ? 'timed-out' : 'unreachable'
    // A caller that disconnects says nothing about the origin.
    const isGone = c.req.raw.signal.aborted
    if (!isGone) noteOrigin(c, { outcome, origin, status, problem, assertion })
    return originError(c, status, problem)
  } finally {
    clearTimeout(timer)
  }
}

// The headers of an upgrade are hop-by-hop, so the proxy helper would remove them.
async function upgrade(
  send: (request: Request) => Promise<Response>,
  request: Request,
): Promise<Response> {
  const response = await send(request)
  // The headers of a response that was fetched are immutable.
  return new Response(response.body, response)
}

// RFC 6455 4.1: only a GET opens a WebSocket.
function isWebSocket({ headers, method }: Request): boolean {
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket'
}

function originError(c: AppContext, status: 502 | 524, message: string) {
  c.set('isForwarded', false)
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) {
    const advice = 'Start your application, or set ORIGIN_URL to its address.'
    return respondPageError(
      c,
      new PageError(status, 'The application does not respond', message, advice),
    )
  }
  return c.json({ error: 'bad_gateway', error_description: message }, status as 502)
}
