import type { RedirectRefusal } from '../../access/redirect-rules'
import { OAuthError } from '../../oauth/errors'
import type { Refusal } from '../../request/events'
import type { Quirks } from '../../switches/quirks'

/** No application registers clients, so the endpoint does not exist. Access: observed [R7]. */
export const REGISTRATION_IS_OFF: Refusal = {
  outcome: 'refused',
  rule: 'R7',
  why: 'No application of the account has both Managed OAuth and dynamic_client_registration.enabled on.',
  change: 'Turn both on for one application.',
}

/** A member of the client metadata is missing or wrong, or the body is no JSON object. */
export function invalidMetadata(description: string, status = 400): OAuthError {
  return new OAuthError('invalid_client_metadata', description, { status })
}

/** The rules of the account do not allow one of the redirect URIs. Access: observed [R5, R6]. */
export function redirectUriNotAllowed(
  { why, change }: RedirectRefusal,
  count: number,
  quirks: Quirks,
): OAuthError {
  const others = count > 1 ? ` One URI that is not allowed refuses all ${count} [R6].` : ''
  return new OAuthError(
    quirks.has('rfc7591-errors') ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    'redirect_uri is not allowed by the account configuration',
    { hint: { rule: 'R5', why: `${why}.${others}`, change } },
  )
}
