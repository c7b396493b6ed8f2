/** One error of the envelope. `pointer` is a JSON pointer to the member that was wrong. */
export type EnvelopeError = { code: number; message: string; pointer?: string | undefined }

/**
 * A refusal of the API, thrown where it is found and rendered once in the envelope.
 *
 * A conflict is 400 and not 409, which the SDK would try again (facts, section 1.2).
 */
export class ApiError extends Error {
  readonly errors: EnvelopeError[]

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 500 | 503,
    ...errors: [EnvelopeError, ...EnvelopeError[]]
  ) {
    super(errors.map(({ code, message }) => `${code}: ${message}`).join('; '))
    this.name = 'ApiError'
    this.errors = errors
  }
}

/** Access's refusal of a request: 12130 and a reason. Access: observed (section C.9). */
export function invalidRequest(reason: string, pointer?: string): ApiError {
  return new ApiError(400, accessError(reason, pointer))
}

/** One error of `invalidRequest`, where there are several. */
export function accessError(reason: string, pointer?: string): EnvelopeError {
  return { code: 12130, message: `access.api.error.invalid_request: ${reason}`, pointer }
}

/**
 * What there is none of. Access: observed by others (section C.9): the status, and the codes of
 * groups (12152) and most others (12135). Assumed: the code of applications, which is not known.
 */
export function notFound(what: string, code = 12135): ApiError {
  return new ApiError(404, { code, message: `access.api.error.${what}` })
}

/** No such address. Observed (section 1.3). */
export function noRoute(pathname: string, why = ''): ApiError {
  const path = pathname.replace(/^\/client\/v4/, '')
  const message = `Could not route to ${path}, perhaps your object identifier is invalid?${why && ` ${why}`}`
  return new ApiError(404, { code: 7003, message })
}
