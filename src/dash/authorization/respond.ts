import type { DashError } from '../../account/oauth/dash-error'
import { goForm } from '../../account/oauth/go-form'
import type { RedirectUri } from '../../oauth/redirect-uri'
import type { AppContext } from '../../request/context'

/**
 * A checked redirect URI for the authorization response. Code that holds a target may redirect to it
 * (RFC 6749 4.1.2.1).
 */
export type Target = {
  redirectUri: RedirectUri
  state: string
  /** The default is `query` for a plain code and `fragment` for all other response types. */
  responseMode: 'query' | 'fragment'
}

/** A refusal of an authorization. It is sent to the client if it has a target, else shown to the person. */
export class AuthorizationError extends Error {
  constructor(
    readonly target: Target | undefined,
    readonly error: DashError,
  ) {
    super(error.message)
    this.name = 'AuthorizationError'
  }
}

/** Redirects to the client with `code`, `scope` and `state`. Dashboard: observed [D13]. */
export function redirectCode(
  c: AppContext,
  target: Target,
  code: string,
  scopes: readonly string[],
): Response {
  return redirect(c, responseUri(target, { code, scope: scopes.join(' '), state: target.state }))
}

/**
 * Redirects to the client with `error`, `error_description` and `state`, or, without a target, to the
 * error page of the dashboard. Dashboard: observed [D8, D10].
 */
export function redirectError(c: AppContext, { target, error }: AuthorizationError): Response {
  const members = { error: error.code, error_description: error.description }
  return redirect(
    c,
    target
      ? responseUri(target, { ...members, state: target.state })
      : `${c.get('dash').origin}/oauth/error?${goForm(members)}`,
  )
}

// The engine sorts the parameters of the registered URI in with those of the response.
function responseUri(
  { redirectUri, responseMode }: Target,
  response: Record<string, string>,
): string {
  if (responseMode === 'fragment') return `${redirectUri.text}#${goForm(response)}`
  const [base = '', query = ''] = redirectUri.text.split(/\?(.*)/s)
  const own = [...new URLSearchParams(query)].filter(([name]) => !Object.hasOwn(response, name))
  return `${base}?${goForm(response, own)}`
}

// Dashboard: observed [D8]. The body is the anchor that Go's `http.Redirect` writes.
function redirect(c: AppContext, location: string): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  c.header('Referrer-Policy', 'no-referrer')
  c.header('Location', location)
  c.header('Content-Type', 'text/html; charset=utf-8')
  return c.body(`<a href="${escapeHtml(location)}">Found</a>.\n\n`, 302)
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;')
}
