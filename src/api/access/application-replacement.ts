import type { StoredApplication } from '../../access/application'
import type { ParsedApplication } from '../../access/application-schema'
import { isObject } from '../../access/unknown-members'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { invalidRequest } from '../error'

/**
 * Returns the members that a PUT keeps if they are not sent: the name, the type and the domains.
 *
 * Access: observed [K2]. A PUT replaces the whole application, policies included. Assumed: these
 * members stay, because the documentation's calls leave them out.
 */
export function keptMembers(
  { domain, destinations, name, type }: StoredApplication,
  given: object,
): Partial<Pick<ParsedApplication, 'domain' | 'destinations' | 'name' | 'type'>> {
  const namesDomains = ['domain', 'destinations', 'self_hosted_domains'].some(
    (each) => each in given,
  )
  return {
    ...(!('name' in given) && { name }),
    ...(!('type' in given) && { type }),
    ...(!namesDomains && { destinations, ...(domain !== undefined && { domain }) }),
  }
}

/**
 * Returns the policies for `policies: null`, which leaves them as they are. Access: documented [K2].
 *
 * Access: observed. Without the member, they are gone; the provider's comment suggests otherwise for older
 * versions.
 */
export function keptPolicies({ policies }: StoredApplication, given: object) {
  return 'policies' in given && given.policies === null ? { policies } : {}
}

/**
 * Rejects a change to or from the type `end_user`. Access: documented [EU1]. Assumed: the text.
 *
 * @throws ApiError 12130
 */
export function refuseOtherType(before: StoredApplication, { type }: ParsedApplication): void {
  if (before.type === type || ![before.type, type].includes('end_user')) return
  throw invalidRequest('an application cannot be changed to or from the type end_user', '/type')
}

/** Returns the members that a PUT removed or reset because they were not sent. */
export function lostMembers(
  before: StoredApplication,
  stored: StoredApplication,
  sent: object,
): string[] {
  const rules = 'oauth_configuration' in sent ? sent.oauth_configuration : undefined
  return [
    ...changedUnsent(before, stored, sent),
    ...(isObject(rules)
      ? changedUnsent(before.oauth_configuration, stored.oauth_configuration, rules)
      : []
    ).map((name) => `oauth_configuration.${name}`),
  ]
}

/** Reports that a PUT removed or reset members, because they were not sent [P17]. */
export function reportLost(
  c: AppContext,
  { id, name }: Pick<StoredApplication, 'id' | 'name'>,
  lost: string[],
): void {
  if (lost.length === 0) return
  reportDecision(c, {
    kind: 'api-call',
    application: { id, name },
    rule: 'P17',
    why: `A PUT replaces the whole application. These members were not sent, so they were removed or reset to their defaults: ${lost.join(', ')}.`,
    change: 'Get the application first, change it, and send all of it.',
  })
}

const DATES = ['created_at', 'updated_at']

// Returns the members that changed although the request did not send them.
function changedUnsent(before: object = {}, after: object = {}, sent: object): string[] {
  const now = new Map(Object.entries(after))
  return Object.entries(before)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(now.get(name)))
    .map(([name]) => name)
    .filter((name) => !(name in sent) && !DATES.includes(name))
}
