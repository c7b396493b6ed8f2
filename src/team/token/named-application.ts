import { type Application, applicationAt } from '../../access/application'
import type { Parameters } from '../../oauth/parameters'
import { parseResource } from '../../oauth/resource'
import type { AppContext } from '../../request/context'
import { otherResource } from './refusals'

/**
 * Finds the application that the `resource` of a token request names; undefined without a `resource`.
 * This endpoint does not need it [T11], but it must not name another application than the grant's.
 *
 * @throws OAuthError `invalid_target`
 */
export function namedApplication(c: AppContext, parameters: Parameters): Application | undefined {
  const resource = parameters.get('resource')
  if (resource === undefined) return undefined
  const application = applicationAt(c.get('configuration').applications, parseResource(resource))
  if (!application) throw otherResource()
  return application
}
