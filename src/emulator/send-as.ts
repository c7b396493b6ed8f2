import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { type Impersonation, impersonate } from '../request/impersonation'
import { whereFrom } from '../request/judge'

/**
 * Sends a request to the surfaces as a client or browser would, from the caller's address. Faults do not
 * strike it; redirects are not followed.
 */
export async function sendAs(
  c: AppContext,
  impersonation: Impersonation,
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  const { country, ip } = whereFrom(c)
  const headers = new Headers(init.headers)
  headers.set('cf-connecting-ip', ip)
  headers.set('cf-ipcountry', country)
  const userAgent = c.req.header('user-agent')
  if (userAgent !== undefined) headers.set('user-agent', userAgent)
  const request = new Request(url, { redirect: 'manual', ...init, headers })
  impersonate(request, impersonation)
  return c.get('sendToSurfaces')(request)
}

/** Returns the refusal of an endpoint, in the endpoint's own words. */
export async function refusalIn(response: Response): Promise<OAuthError> {
  const body: unknown = await response.json().catch(() => undefined)
  const { error, error_description: description } = (body ?? {}) as Record<string, unknown>
  return refusal(error, description, response.status)
}

/** Makes a refusal of the error and description that an endpoint gave. */
export function refusal(error: unknown, description: unknown, status: number): OAuthError {
  const message = String(description ?? `the endpoint responded with status ${status}`)
  // The endpoints throw OAuthErrors themselves, so the code is one of theirs.
  const code = String(error ?? 'invalid_request') as OAuthError['code']
  return new OAuthError(code, message, { status })
}
