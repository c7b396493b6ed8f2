import type { Combination, Rule } from '../access/rules'
import type { Configuration } from '../store/configuration'
import { invalidRequest } from './error'

/**
 * Refuses rules that name what there is none of.
 *
 * Access: observed by others (section C.9), 400 with "not found". An application that is deleted
 * while a `linked_app_token` rule names it makes every later write of that rule fail (C.3).
 *
 * @param pointer of the policy or group that has the rules
 * @throws ApiError 12130
 */
export function checkReferences(
  from: Configuration,
  rules: Combination,
  pointer = '',
  decision?: string,
): void {
  for (const part of ['include', 'exclude', 'require'] as const) {
    rules[part].forEach((rule, index) => {
      const at = `${pointer}/${part}/${index}`
      for (const [what, id, all] of references(from, rule)) {
        if (id !== undefined && !all.some((each) => each.id === id)) {
          throw invalidRequest(`${what} ${id} not found`, `${at}/${Object.keys(rule)[0]}`)
        }
      }
      if (rule.linked_app_token && decision && !['non_identity', 'bypass'].includes(decision)) {
        throw invalidRequest('linked_app_token needs the decision non_identity or bypass', at)
      }
    })
  }
}

function references(
  from: Configuration,
  rule: Rule,
): [string, string | undefined, readonly { id: string }[]][] {
  return [
    ['group', rule.group?.id, from.groups],
    ['email list', rule.email_list?.id, from.references.emailLists],
    ['service token', rule.service_token?.token_id, from.serviceTokens],
    ['identity provider', rule.login_method?.id, from.identityProviders],
    ['identity provider', rule.oidc?.identity_provider_id, from.identityProviders],
    ['application', rule.linked_app_token?.app_uid, from.applications],
  ]
}

/** The names of whatever has a rule about this record, for what must not be deleted under it. */
export function usersOf(
  from: Configuration,
  what: 'group' | 'service token' | 'identity provider',
  id: string,
): string[] {
  const inline = from.collections.applications.flatMap(({ policies }) =>
    policies.flatMap((policy) => ('decision' in policy ? [policy] : [])),
  )
  const names = (rule: Rule) =>
    references(from, rule).some(([kind, named]) => kind === what && named === id)
  return [...inline, ...from.policies, ...from.groups]
    .filter((each) => [...each.include, ...each.exclude, ...each.require].some(names))
    .map(({ name }) => name)
}
