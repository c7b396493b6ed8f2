import { OAuthError } from '../../oauth/errors'
import { type RedirectUri, redirectWith } from '../../oauth/redirect-uri'
import type { AppContext } from '../../request/context'

/**
 * A redirect URI that the response may be sent to. A target exists only after the checks of RFC 6749
 * 4.1.2.1; until then, errors are pages.
 */
export type Target = {
  redirectUri: RedirectUri
  state: string | undefined
  /** The `iss` of the response, if a quirk sends it [A10]. */
  iss: string | undefined
}

/** A refusal that is redirected to the client. */
export class RedirectedError extends Error {
  constructor(
    readonly target: Target,
    readonly error: OAuthError,
  ) {
    super(error.message)
    this.name = 'RedirectedError'
  }
}

/** Runs the checks that follow once the target is known; their refusals are redirected to it. */
export function redirectingErrors<T>(target: Target, checks: () => T): T {
  try {
    return checks()
  } catch (error) {
    if (error instanceof OAuthError) throw new RedirectedError(target, error)
    throw error
  }
}

/** Responds with `302 <redirect_uri>?code&state` [A10], and `iss` if one is given. */
export function redirectCode(
  c: AppContext,
  { redirectUri, state }: Target,
  code: string,
  iss: string | undefined,
): Response {
  return redirect(c, redirectWith(redirectUri, { code, state, iss }))
}

/**
 * Responds with `302 <redirect_uri>?error&error_description&state`.
 *
 * Access: observed [A1, A4]. Assumed: `state`, which was not recorded.
 */
export function redirectError(c: AppContext, { target, error }: RedirectedError): Response {
  return redirect(
    c,
    redirectWith(target.redirectUri, {
      error: error.code,
      error_description: error.description,
      state: target.state,
      iss: target.iss,
    }),
  )
}

function redirect(c: AppContext, location: string): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Referrer-Policy', 'no-referrer')
  return c.redirect(location, 302)
}
