import type { Application } from '../access/application'
import { OAuthError } from '../oauth/errors'

/**
 * Returns the application with this id or name.
 *
 * @throws OAuthError `invalid_request`, which names the applications that exist
 */
export function requireApplication(
  applications: readonly Application[],
  wanted: string,
): Application {
  const found = applications.find(({ id, name }) => id === wanted || name === wanted)
  if (found) return found
  const names = applications.map(({ name }) => name).join(', ')
  throw new OAuthError(
    'invalid_request',
    `application: ${wanted} does not exist: expected an id or name of an application (${names || 'none is configured'})`,
  )
}
