import { ApiError, type EnvelopeError } from '../error'

/**
 * One error about an OAuth client.
 *
 * Assumed: the codes. Cloudflare publishes none for this family; these begin with 99, where it has
 * none at all.
 */
export function clientError(reason: string, pointer?: string): EnvelopeError {
  return { code: 99_400, message: reason, pointer }
}

export function refuseClient(reason: string, pointer?: string): ApiError {
  return new ApiError(400, clientError(reason, pointer))
}

export function noClient(): ApiError {
  return new ApiError(404, { code: 99_404, message: 'The OAuth client does not exist' })
}
