import type { StoredApplication } from '../../access/application'
import { memberReferences, policyReferences } from '../../access/application-kind'
import { isPublic, type ParsedApplication } from '../../access/application-schema'
import { firstNotHttps } from '../../access/redirect-rule-schema'
import type { Configuration } from '../../store/configuration'
import { ApiError, invalidRequest } from '../error'
import { checkReferences, checkRules } from '../references'

/**
 * What an application must not be beside the others: where another one is, or with what there is
 * none of.
 *
 * @param given as it was sent, for pointers into it
 * @param redirectRules which forms `allowed_uris` may have
 * @throws ApiError with Access's codes (section C.9)
 */
export function checkApplication(
  from: Configuration,
  application: StoredApplication,
  given: ParsedApplication,
  redirectRules: 'current' | 'https',
): void {
  checkPlace(from, application, given)
  if (redirectRules === 'https') checkHttps(application)
  given.policies.forEach((policy, index) => {
    if ('decision' in policy) checkRules(from, policy, `/policies/${index}`, policy.decision)
    else checkReferences(from, policyReferences(policy, index))
  })
  // Access: observed by others. Tags have to be there before.
  checkReferences(from, memberReferences(given))
}

// Access: documented in April 2026; http and custom schemes have been allowed since (C.2).
function checkHttps({ oauth_configuration: oauth }: StoredApplication): void {
  const at = firstNotHttps(oauth?.dynamic_client_registration.allowed_uris ?? [])
  if (at < 0) return
  const pointer = `/oauth_configuration/dynamic_client_registration/allowed_uris/${at}`
  throw invalidRequest('the URL must use https', pointer)
}

function checkPlace(
  from: Configuration,
  { id: own, domain }: StoredApplication,
  { destinations = [], self_hosted_domains: hosted = [] }: ParsedApplication,
): void {
  const others = from.collections.applications.filter(({ id }) => id !== own)
  const taken = new Set(others.flatMap(urisOf))
  if (domain !== undefined && taken.has(domain)) {
    // Access: observed by one, the code too.
    const message = 'access.api.error.application_already_exists'
    throw new ApiError(400, { code: 12136, message, pointer: '/domain' })
  }
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

function urisOf({ destinations }: StoredApplication): string[] {
  return destinations.filter(isPublic).map(({ uri }) => uri)
}
