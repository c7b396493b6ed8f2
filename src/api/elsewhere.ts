import { proxy } from 'hono/proxy'
import type { Account } from '../account/members'
import { scopesNamed } from '../account/permission-names'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { authorize, type Caller, callerOf } from './credentials'
import { ApiError, apiPath } from './error'
import { familyOf } from './families'
import { accountIn } from './operation'

/** The time that the user's server has for its response. */
const TIMEOUT_MS = 100_000

// The credentials of the caller, and the headers that only the emulator sets.
const REMOVED = /^(authorization|cookie|x-auth-.*|x-emulator-.*|proxy-connection)$/i

/**
 * Handles a path that belongs to a family (`families.ts`). The token, the account and the scope are judged
 * as by the real API; then the server of the setting `API_ORIGIN_URL` responds.
 *
 * @returns undefined if no family has the path
 * @throws ApiError 10000 (403) if the caller lacks the permission or the account; 7003 if
 *   `API_ORIGIN_URL` is not set
 */
export async function judged(c: AppContext): Promise<Response | undefined> {
  const path = apiPath(c.get('url').pathname)
  const family = familyOf(path)
  if (!family) return undefined
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  const account = accountIn(c, ownerIn(path))
  await authorize(c, isRead ? family.read : family.write, account)
  const response = await forwarded(c, account)
  if (response) return response
  const message = `${c.req.method} ${path} is not emulated. The caller was admitted: set API_ORIGIN_URL to a server of your own that responds.`
  throw new ApiError(404, { code: 7003, message }).because({ change: CHANGE_NOT_EMULATED })
}

/**
 * Handles a path of Cloudflare's API whose accepted permissions the emulator does not know: the server of
 * `API_ORIGIN_URL` judges the scopes.
 *
 * @returns undefined if `API_ORIGIN_URL` is not set
 */
export async function unjudged(c: AppContext): Promise<Response | undefined> {
  const account = accountIn(c, ownerIn(apiPath(c.get('url').pathname)))
  await authorize(c, [], account)
  return forwarded(c, account)
}

/** The correction for a path that is not emulated. */
export const CHANGE_NOT_EMULATED =
  'Set API_ORIGIN_URL to a server of your own: requests that the emulator admits go there.'

function ownerIn(path: string): Record<string, string> {
  const [, owner, id = ''] = path.match(/^\/(accounts|zones)\/([^/]+)/) ?? []
  if (owner === undefined) return {}
  return owner === 'zones' ? { zone_id: id } : { account_id: id }
}

// Not like Cloudflare [V28]. The server learns who calls from headers, and gets no credential.
async function forwarded(
  c: AppContext,
  account: Account | undefined,
): Promise<Response | undefined> {
  const { API_ORIGIN_URL } = c.get('settings')
  if (!API_ORIGIN_URL) return undefined
  const { url } = c.var
  const headers = new Headers(c.req.raw.headers)
  for (const name of [...headers.keys()]) if (REMOVED.test(name)) headers.delete(name)
  for (const [name, value] of Object.entries(headersFor(await callerOf(c), account))) {
    if (value !== undefined) headers.set(name, value)
  }
  const why = `${c.req.method} ${url.pathname} was admitted and sent to API_ORIGIN_URL.`
  reportDecision(c, { kind: 'api-call', why })
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(TIMEOUT_MS)])
  const target = API_ORIGIN_URL.replace(/\/$/, '') + url.href.slice(url.origin.length)
  const raw = new Request(c.req.raw, { headers })
  return proxy(target, { raw, redirect: 'manual', signal }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error)
    // Without the query, which may contain secrets.
    const message = `API_ORIGIN_URL ${API_ORIGIN_URL} cannot be reached for ${url.pathname}: ${cause}`
    throw new ApiError(502, { code: 10001, message })
  })
}

function headersFor(caller: Caller, account: Account | undefined) {
  const person = caller.kind === 'token' ? undefined : caller.email
  return {
    'X-Emulator-Person': person,
    'X-Emulator-Account': account?.id,
    'X-Emulator-Client': caller.kind === 'oauth' ? caller.client.id : undefined,
    'X-Emulator-Scopes': scopesOf(caller)?.join(' '),
  }
}

// An administrator has no limits, so there is no list.
function scopesOf(caller: Caller): string[] | undefined {
  switch (caller.kind) {
    case 'administrator':
      return undefined
    case 'oauth':
      return caller.scopes
    case 'token':
      return caller.permissions.flatMap(scopesNamed)
  }
}
