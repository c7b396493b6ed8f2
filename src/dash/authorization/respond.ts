import type { DashError } from '../../account/oauth/dash-error'
import { goForm } from '../../account/oauth/go-form'
import type { RedirectUri } from '../../oauth/redirect-uri'
import type { AppContext } from '../../request/context'

/**
 * Where the answer to an authorization request may be sent. Whoever holds a target has checked that
 * it is a place to redirect to (RFC 6749 4.1.2.1).
 */
export type Target = {
  redirectUri: RedirectUri
  state: string
  /** Everything but the plain code goes into the fragment, where it asks for nothing else. */
  responseMode: 'query' | 'fragment'
}

/** A refusal of an authorization: for the client where there is a target, else for the person. */
export class AuthorizationError extends Error {
  constructor(
    readonly target: Target | undefined,
    readonly error: DashError,
  ) {
    super(error.message)
    this.name = 'AuthorizationError'
  }
}

/** Back to the client with `code`, `scope` and `state`. Observed (B.2). */
export function redirectCode(
  c: AppContext,
  target: Target,
  code: string,
  scopes: readonly string[],
): Response {
  return redirect(c, answerUri(target, { code, scope: scopes.join(' '), state: target.state }))
}

/**
 * Back to the client with `error`, `error_description` and `state`, or to the dashboard's own error
 * page. Observed (B.2).
 */
export function redirectError(c: AppContext, { target, error }: AuthorizationError): Response {
  const members = { error: error.code, error_description: error.description }
  return redirect(
    c,
    target
      ? answerUri(target, { ...members, state: target.state })
      : `${c.get('dash').origin}/oauth/error?${goForm(members)}`,
  )
}

// The parameters that the registered URI has of its own are sorted in with the answer's.
function answerUri({ redirectUri, responseMode }: Target, answer: Record<string, string>): string {
  if (responseMode === 'fragment') return `${redirectUri.text}#${goForm(answer)}`
  const [base = '', query = ''] = redirectUri.text.split(/\?(.*)/s)
  const own = [...new URLSearchParams(query)].filter(([name]) => !Object.hasOwn(answer, name))
  return `${base}?${goForm(answer, own)}`
}

// Observed (B.2): the body is the tiny anchor of Go's `http.Redirect`.
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
