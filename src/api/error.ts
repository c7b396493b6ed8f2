import type { Hint } from '../oauth/errors'

/**
 * One error of the envelope. `pointer` is a JSON pointer to the wrong member [V3]; the API of MCP
 * portals names the member by `path` instead [MP2].
 */
export type EnvelopeError = {
  code: number
  message: string
  pointer?: string | undefined
  path?: (string | number)[] | undefined
}

/**
 * A refusal of the API, thrown where it is found and rendered once in the envelope.
 *
 * A conflict is 400 and not 409, which the SDK would repeat [V8].
 */
export class ApiError extends Error {
  readonly errors: EnvelopeError[]
  /** The reason that its event gives in addition to the response. */
  hint: Hint = {}

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 500 | 502 | 503,
    ...errors: [EnvelopeError, ...EnvelopeError[]]
  ) {
    super(errors.map(({ code, message }) => `${code}: ${message}`).join('; '))
    this.name = 'ApiError'
    this.errors = errors
  }

  /** Adds the reason for the event. */
  because(hint: Hint): this {
    this.hint = hint
    return this
  }
}

/** Returns Access's refusal of a request. Access: observed [V16]. */
export function invalidRequest(reason: string, pointer?: string): ApiError {
  return new ApiError(400, accessError(reason, pointer))
}

/** Returns one error of such a refusal, which may have several. */
export function accessError(reason: string, pointer?: string): EnvelopeError {
  return { code: 12130, message: `access.api.error.invalid_request: ${reason}`, pointer }
}

/**
 * Returns the refusal of a request for a record that does not exist.
 *
 * Access: modelled by others [V18]. Assumed: applications have the code 12135 too.
 *
 * @param name the last part of the message: `group_not_found`
 */
export function notFound(name: string, code = 12135): ApiError {
  return new ApiError(404, { code, message: `access.api.error.${name}` })
}

/** Returns the refusal of a token that is not an API token of a user. API: observed [V13]. */
export function invalidApiToken(): ApiError {
  return new ApiError(401, { code: 1000, message: 'Invalid API Token' })
}

/** Returns the refusal of an account that the credential does not open. API: reported [V11]. */
export function accountForbidden(): ApiError {
  return new ApiError(403, { code: 9109, message: 'Unauthorized to access requested resource' })
}

/**
 * Returns the refusal of a path that does not exist. API: reported [V14].
 *
 * @param why a sentence for the end of the message
 */
export function noRoute(pathname: string, why = ''): ApiError {
  const message = `Could not route to ${apiPath(pathname)}, perhaps your object identifier is invalid?${why && ` ${why}`}`
  return new ApiError(404, { code: 7003, message })
}

/** Returns a path without the prefix of the API. */
export function apiPath(pathname: string): string {
  return pathname.replace(/^\/client\/v4/, '')
}
