import { ApiError, type EnvelopeError } from '../error'

/**
 * Returns one error about an OAuth client.
 *
 * Assumed: the codes. Cloudflare publishes none for this family, and none that begins with 99.
 */
export function clientError(reason: string, pointer?: string): EnvelopeError {
  return { code: 99_400, message: reason, pointer }
}

/** Returns the refusal of an invalid OAuth client, or of a change that is not possible. */
export function invalidClient(reason: string, pointer?: string): ApiError {
  return new ApiError(400, clientError(reason, pointer))
}

/** Returns the refusal of a request for a client that does not exist. */
export function clientNotFound(): ApiError {
  return new ApiError(404, { code: 99_404, message: 'The OAuth client does not exist' })
}
