import type { Reference } from './record-kind'
import type { Combination, Rule } from './rules'

const PARTS = ['include', 'exclude', 'require'] as const

/** Returns every reference in the rules of a policy or a group. */
export function rulesReferences(rules: Combination, pointer = ''): Reference[] {
  return rulesIn(rules, pointer).flatMap(([rule, at]) => ruleReferences(rule, at))
}

/** Returns each rule with its JSON pointer. */
export function rulesIn(rules: Combination, pointer: string): [Rule, string][] {
  return PARTS.flatMap((part) =>
    rules[part].map((rule, index): [Rule, string] => [rule, `${pointer}/${part}/${index}`]),
  )
}

/** Returns the references of one rule. */
export function ruleReferences(rule: Rule, pointer: string): Reference[] {
  const named: [kind: string, id: string | undefined][] = [
    ['groups', rule.group?.id],
    ['emailLists', rule.email_list?.id],
    ['serviceTokens', rule.service_token?.token_id],
    ['identityProviders', rule.login_method?.id],
    ['identityProviders', rule.oidc?.identity_provider_id],
    ['applications', rule.linked_app_token?.app_uid],
  ]
  const at = `${pointer}/${Object.keys(rule)[0]}`
  return named.flatMap(([kind, id]) => (id === undefined ? [] : [{ kind, id, pointer: at }]))
}
