import { domainsOf, type StoredApplication } from '../../access/application'
import { memberReferences, policyReferences } from '../../access/application-kind'
import { isPublic, type ParsedApplication } from '../../access/application-schema'
import { firstNotHttps } from '../../access/redirect-rule-schema'
import type { Configuration } from '../../store/configuration'
import { ApiError, invalidRequest } from '../error'
import { checkReferences, checkRules } from '../references'
import { checkDestinationTypes } from './destination-types'

/**
 * Checks an application against the other records: its domains must be free, and every reference
 * must exist.
 *
 * @param given the application as it was sent, for JSON pointers
 * @param redirectRules the forms that `allowed_uris` may have
 * @throws ApiError 12130, or 12136 for a domain that is taken
 */
export function checkApplication(
  from: Configuration,
  application: StoredApplication,
  given: ParsedApplication,
  redirectRules: 'current' | 'https',
): void {
  checkDomains(from, application, given)
  checkDestinationTypes(application)
  if (redirectRules === 'https') checkHttps(application)
  given.policies.forEach((policy, index) => {
    if ('decision' in policy) checkRules(from, policy, `/policies/${index}`, policy.decision)
    else checkReferences(from, policyReferences(policy, index))
  })
  // Access: documented [K5]. Tags must exist before an application has them.
  checkReferences(from, memberReferences(given))
}

// Access: documented in April 2026 [K9]; http and custom schemes have been allowed since.
function checkHttps({ oauth_configuration: oauth }: StoredApplication): void {
  const at = firstNotHttps(oauth?.dynamic_client_registration.allowed_uris ?? [])
  if (at < 0) return
  const pointer = `/oauth_configuration/dynamic_client_registration/allowed_uris/${at}`
  throw invalidRequest('the URL must use https', pointer)
}

function checkDomains(
  from: Configuration,
  { id: own, domain }: StoredApplication,
  { destinations = [], self_hosted_domains: hosted = [] }: ParsedApplication,
): void {
  const others = from.collections.applications.filter(({ id }) => id !== own)
  const taken = new Set(others.flatMap(domainsOf))
  if (domain !== undefined && taken.has(domain)) {
    // Access: reported [K6].
    const message = 'access.api.error.application_already_exists'
    throw new ApiError(400, { code: 12136, message, pointer: '/domain' })
  }
  // Access: modelled by others [K37].
  const refuse = (pointer: string) => {
    throw invalidRequest('destination belongs to another application', pointer)
  }
  destinations.forEach((each, index) => {
    if (isPublic(each) && taken.has(each.uri)) refuse(`/destinations/${index}`)
  })
  if (destinations.length > 0) return
  hosted.forEach((uri, index) => {
    if (taken.has(uri)) refuse(`/self_hosted_domains/${index}`)
  })
}
