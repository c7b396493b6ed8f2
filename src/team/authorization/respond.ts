import { OAuthError } from '../../oauth/errors'
import { type RedirectUri, redirectWith } from '../../oauth/redirect-uri'
import type { AppContext } from '../../request/context'

/**
 * Where the answer to an authorization request may be sent. Whoever holds a target has checked
 * that it is a place to redirect to (RFC 6749 4.1.2.1); before that, errors are pages.
 */
export type Target = { redirectUri: RedirectUri; state: string | undefined }

/** A refusal that goes back to the client. */
export class RedirectedError extends Error {
  constructor(
    readonly target: Target,
    readonly error: OAuthError,
  ) {
    super(error.message)
    this.name = 'RedirectedError'
  }
}

/** Runs the checks that come once the target is known: their refusals go back to the client. */
export function answeringTo<T>(target: Target, checks: () => T): T {
  try {
    return checks()
  } catch (error) {
    if (error instanceof OAuthError) throw new RedirectedError(target, error)
    throw error
  }
}

/** `302 <redirect_uri>?code&state` [A10]; there is no `iss` unless one is given. */
export function redirectCode(
  c: AppContext,
  { redirectUri, state }: Target,
  code: string,
  iss: string | undefined,
): Response {
  return redirect(c, redirectWith(redirectUri, { code, state, iss }))
}

/** `302 <redirect_uri>?error&error_description&state`. Assumed: the state, not captured live. */
export function redirectError(c: AppContext, { target, error }: RedirectedError): Response {
  return redirect(
    c,
    redirectWith(target.redirectUri, {
      error: error.code,
      error_description: error.description,
      state: target.state,
      iss: c.get('quirks').has('iss-in-response') ? c.get('team').origin : undefined,
    }),
  )
}

function redirect(c: AppContext, location: string): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Referrer-Policy', 'no-referrer')
  return c.redirect(location, 302)
}
