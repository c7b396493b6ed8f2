import { proxy } from 'hono/proxy'
import { type Application, applicationAt } from '../access/application'
import { publicKeySet } from '../access/keys'
import { isBrowserNavigation } from '../access/navigation'
import { namedServiceCredentials } from '../access/service-token'
import { isManagedOAuthToken } from '../access/token'
import { demo } from '../demo'
import { bearerToken } from '../oauth/bearer'
import { PageError, respondPageError } from '../pages/respond'
import type { AppContext } from '../request/context'
import { impersonationOf } from '../request/impersonation'
import { withoutOwnCookies } from '../signin/browser'
import type { Admission } from './admission'
import { WORKER_ACCESS_HEADER, workerAccess } from './worker-access'

/** How long the origin may take until its first byte, as on the real edge (error 524). */
const PATIENCE_MS = 100_000

/**
 * Hands the request to the application and its answer back, both streaming.
 *
 * @param application undefined where no application of Access covers the URL
 * @param admission who is asking
 */
export async function forward(
  c: AppContext,
  application: Application | undefined,
  admission: Admission,
): Promise<Response> {
  const headers = originHeaders(c, application, admission)
  if (c.env.ORIGIN && application && !application.origin_url && admission.assertion) {
    headers.set(WORKER_ACCESS_HEADER, await workerAccess(c, application, admission))
  }
  c.set('isForwarded', true)
  const request = new Request(c.req.raw, { headers })
  const answer = impersonationOf(c)?.origin?.(request) ?? (await send(c, application, request))
  if (!admission.setCookie) return answer
  const answerWithCookie = new Response(answer.body, answer)
  answerWithCookie.headers.append('Set-Cookie', admission.setCookie)
  // Assumed: whatever the origin says of its answer, the token in it is kept by no cache.
  answerWithCookie.headers.set('Cache-Control', 'no-store')
  return answerWithCookie
}

async function send(
  c: AppContext,
  application: Application | undefined,
  request: Request,
): Promise<Response> {
  const { ORIGIN } = c.env
  const own = application?.origin_url
  if (ORIGIN && !own) {
    return viaProxy(c, request, c.req.url, 'ORIGIN', (req) => ORIGIN.fetch(req))
  }
  const ORIGIN_URL = own ?? c.get('settings').ORIGIN_URL
  if (!ORIGIN_URL) return demo.fetch(request, await knownAccess(c))
  // Of the whole address, because `search` has no question mark where nothing follows it.
  const pathAndQuery = c.get('url').href.slice(c.get('url').origin.length)
  return viaProxy(c, request, ORIGIN_URL.replace(/\/$/, '') + pathAndQuery, 'ORIGIN_URL', fetch)
}

// Access: observed [O1, O2, O5, O12]. Whatever the outside says in Access's own headers is removed
// before ours are set, also where an origin would read `Cf_Access_...` or `Cf.Access...` as the same
// header: in CGI `-` is `_` (RFC 3875 4.1.18), and some servers make that of any other sign as well.
function originHeaders(
  c: AppContext,
  application: Application | undefined,
  admission: Admission,
): Headers {
  const headers = new Headers(c.req.raw.headers)
  for (const name of [...headers.keys()]) {
    if (/^cf-(access-|ray$)/i.test(name.replace(/[^a-z0-9]/gi, '-'))) headers.delete(name)
  }
  // Access: observed, the edge's own; the answer says the same.
  headers.set('Cf-Ray', c.get('rayId'))
  headers.delete(WORKER_ACCESS_HEADER)
  const cookies = withoutOwnCookies(headers.get('cookie') ?? '')
  if (cookies) headers.set('Cookie', cookies)
  else headers.delete('Cookie')
  const named = application?.read_service_tokens_from_header
  if (named && namedServiceCredentials(headers, named)) headers.delete(named)
  // RFC 9110 7.6.1: of one hop as well, and unknown to the proxy helper.
  headers.delete('Proxy-Connection')
  headers.set('X-Forwarded-Host', c.get('url').host)
  headers.set('X-Forwarded-Proto', c.get('url').protocol.slice(0, -1))
  const { assertion, identity } = admission
  if (isOfAccess(headers, admission)) headers.delete('Authorization')
  if (assertion !== undefined) headers.set('Cf-Access-Jwt-Assertion', assertion)
  if (identity) headers.set('Cf-Access-Authenticated-User-Email', identity.email)
  return headers
}

// Access: observed [O2, O3]. Assumed: a token of Access's own does not reach an origin either where
// another credential let the request in, live or not. A bypass leaves everything as it was.
function isOfAccess(headers: Headers, { assertion, byAuthorization }: Admission): boolean {
  const token = bearerToken(headers.get('authorization')) ?? ''
  return byAuthorization === true || (assertion !== undefined && isManagedOAuthToken(token))
}

async function viaProxy(
  c: AppContext,
  request: Request,
  url: string,
  setting: 'ORIGIN' | 'ORIGIN_URL',
  customFetch: (request: Request) => Promise<Response>,
): Promise<Response> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS)
  const signal = AbortSignal.any([c.req.raw.signal, patience.signal])
  const where = setting === 'ORIGIN' ? 'the service binding ORIGIN' : `ORIGIN_URL ${url}`
  try {
    // An upgrade is hop-by-hop: the helper would take its headers away.
    if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') {
      return await customFetch(new Request(url, request))
    }
    return await proxy(url, { raw: request, redirect: 'manual', signal, customFetch })
  } catch (error) {
    if (patience.signal.aborted) {
      return originError(c, 524, `${where} did not answer within ${PATIENCE_MS / 1000} s.`)
    }
    return originError(
      c,
      502,
      `${where} cannot be reached: ${error instanceof Error ? error.message : error}`,
    )
  } finally {
    clearTimeout(timer)
  }
}

function originError(c: AppContext, status: 502 | 524, message: string) {
  c.set('isForwarded', false)
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) {
    const advice = 'Start the application, or point ORIGIN_URL to where it runs.'
    return respondPageError(
      c,
      new PageError(status, 'The application does not answer', message, advice),
    )
  }
  return c.json({ error: 'bad_gateway', error_description: message }, status as 502)
}

// What a real origin would look up for itself: whose assertions to accept, and with which keys.
async function knownAccess(c: AppContext) {
  const { configuration, emulator, now, team, url } = c.var
  return {
    issuer: team.origin,
    audience: applicationAt(configuration.applications, url)?.aud,
    keySet: publicKeySet(await emulator.keys()),
    now,
  }
}
