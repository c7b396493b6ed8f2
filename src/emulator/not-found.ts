import { OAuthError } from '../oauth/errors'

/**
 * Returns the refusal of a request for a resource that does not exist.
 *
 * @param resource its kind and name
 * @param next the names that exist, or the request that lists them
 */
export function notFound(resource: string, next: string): OAuthError {
  const message = `${resource.slice(0, 100)} does not exist: ${next}`
  return new OAuthError('not_found', message, { status: 404 })
}

/** Returns the refusal for a client that is not registered. */
export function clientNotFound(id: string): OAuthError {
  return notFound(`client ${id}`, 'GET /_emulator/clients lists the registered clients')
}
