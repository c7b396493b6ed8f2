import type { Application } from '../../access/application'
import type { RedirectRefusal } from '../../access/redirect-rules'
import { OAuthError } from '../../oauth/errors'
import { PageError } from '../../pages/page-error'

// The pages: until the redirect URI is known to be the client's, an error is not redirected
// (RFC 6749 4.1.2.1).

/** `client_id` or `redirect_uri` is missing or malformed. */
export function unreadableRequest(description: string): PageError {
  return new PageError(
    400,
    'Invalid authorization request',
    `${description}.`,
    'Send client_id and redirect_uri, each once. Until both are known, the error cannot be redirected to the client.',
  )
}

/**
 * No client has this `client_id`. Access: observed [A17], the text. Not like Access: before the login.
 */
export function unknownClient(clientId: string, hint: PageError['hint'] = {}): PageError {
  return new PageError(
    400,
    'Unknown client ID',
    `No client with the client_id ${clientId.slice(0, 100)} is registered here.`,
    'Clients keep a registration permanently. If this emulator was reset or started with another store, delete what your client has saved about this server and connect again.',
    hint,
  )
}

/** The client did not register this `redirect_uri`. Assumed [A14]: a page, not a redirect. */
export function unregisteredRedirectUri(redirectUri: string): PageError {
  return new PageError(
    400,
    'Unregistered redirect URI',
    `The client did not register the redirect_uri ${redirectUri.slice(0, 300)}.`,
    'It must be identical to a registered redirect URI, port included.',
  )
}

/** The ticket of the consent page has expired, or belongs to another session. */
export function staleConsentPage(): PageError {
  return new PageError(
    400,
    'This page has expired',
    'It was open for too long, or another person has logged in since.',
    'Start again from your client.',
  )
}

/** The consent page was allowed before, and its code is no longer open. Assumed: Access undocumented. */
export function alreadyAllowed(): PageError {
  return new PageError(
    400,
    'This page has been used',
    'The client was allowed on this page, and has received its authorization code.',
    'Return to your client. To authorize it again, or to deny it, start again from there.',
  )
}

/** The form of the consent page has another `action` than its buttons. */
export function unknownAction(): PageError {
  return new PageError(400, 'Invalid form', 'action must be allow or deny.')
}

// The errors that are redirected to the client.

/** The request has no `resource`. Access: observed [A1]. */
export function missingResource(): OAuthError {
  return new OAuthError('invalid_target', 'No resource parameter found', {
    hint: {
      rule: 'A1',
      why: 'The authorization request has no resource. Clients that do not read the protected resource metadata, or ignore its resource, end here: connected, without tools (P1-P3).',
      change:
        'Send the resource of the protected resource metadata in the authorization request (RFC 8707).',
    },
  })
}

/** No application covers the `resource`. Assumed: the text. */
export function unknownResource(resource: string): OAuthError {
  return new OAuthError('invalid_target', 'No application found for the targeted resource', {
    hint: {
      why: `No application of Access covers the resource ${resource}.`,
      change:
        "Send the `resource` of the application's metadata, or give an application that domain.",
    },
  })
}

/** Managed OAuth is off for the application of the `resource`. */
export function managedOAuthIsOff({ name }: Application): OAuthError {
  return new OAuthError('invalid_target', 'OAuth not enabled for the targeted resource', {
    hint: {
      rule: 'A3',
      why: `Managed OAuth is off for ${name}.`,
      change: 'Set oauth_configuration.enabled of the application to true.',
    },
  })
}

/** The redirect rules of the application do not allow the `redirect_uri`. */
export function redirectUriNotAllowed(
  { name }: Application,
  { why, change }: RedirectRefusal,
): OAuthError {
  return new OAuthError(
    'invalid_request',
    'Redirect URI not allowed by application configuration',
    {
      hint: {
        rule: 'A4',
        why: `${why} for app ${name}. Registration checks the rules of all applications together, authorization those of this one.`,
        change,
      },
    },
  )
}

/** `response_type` is not `code`. */
export function unsupportedResponseType(): OAuthError {
  return new OAuthError('unsupported_response_type', 'response_type must be code')
}

/** `response_mode` is not `query`. */
export function unsupportedResponseMode(): OAuthError {
  return new OAuthError('invalid_request', 'response_mode must be query')
}

const NOT_S256 = 'code_challenge_method must be S256 for public clients'

/** A public client sent no challenge, or one with another method. */
export function pkceRequired(challenge: string | undefined, method: string | undefined) {
  const sent =
    challenge === undefined ? 'no code_challenge' : `the method ${method ?? 'plain (by default)'}`
  return new OAuthError('invalid_request', NOT_S256, {
    hint: {
      rule: 'A6',
      why: `A public client needs PKCE with S256; this request has ${sent}.`,
      change: 'Send code_challenge and code_challenge_method=S256, or register with a secret.',
    },
  })
}

/** The challenge begins with `-` or `_`, while the quirk `pkce-challenge-start` is on. */
export function challengeStart(): OAuthError {
  return new OAuthError('invalid_request', NOT_S256, {
    hint: {
      rule: 'P18',
      why: 'The code_challenge begins with - or _, which one deployment was seen to refuse.',
      change: 'Generate another code_verifier.',
    },
  })
}

/** A client with a secret sent another challenge method than S256. */
export function unsupportedChallengeMethod(): OAuthError {
  return new OAuthError('invalid_request', 'code_challenge_method must be S256')
}

/** The challenge is missing, or is not a SHA-256 hash. Not like Access [A19]: before the login. */
export function malformedChallenge(): OAuthError {
  return new OAuthError('invalid_request', 'code_challenge must be 43 base64url characters')
}

/** The person pressed Deny on the consent page. Access: modelled by others [A18]. */
export function deniedByPerson(): OAuthError {
  return new OAuthError('access_denied', 'The user denied the request', {
    hint: { rule: 'RFC 6749 4.1.2.1', why: 'The person pressed Deny on the consent page.' },
  })
}
