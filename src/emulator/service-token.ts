import type { ServiceToken } from '../access/service-token'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'

/**
 * Returns the service token with this id, name or client_id.
 *
 * @throws OAuthError `invalid_request`, which names the service tokens that exist
 */
export function requireServiceToken(c: AppContext, wanted: string): ServiceToken {
  const { serviceTokens } = c.get('configuration')
  const found = serviceTokens.find(({ client_id: clientId, id, name }) =>
    [id, name, clientId].includes(wanted),
  )
  if (found) return found
  const names = serviceTokens.map(({ name }) => name).join(', ')
  throw new OAuthError(
    'invalid_request',
    `service_token: ${wanted} does not exist: expected an id, name or client_id of a service token (${names || 'none is configured'})`,
  )
}
