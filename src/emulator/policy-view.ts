import type { Policy } from '../access/policy'
import { DECISIONS, PARTS, type Part } from '../pages/configure/policies'
import { ruleInWords } from '../pages/configure/rules'
import type { PolicyView } from '../pages/console/state-application'
import type { Configuration } from '../store/configuration'

type Stored = { name?: string; decision?: string; reusable?: boolean } & {
  [part in Part]?: object[]
}

/** Returns the policies of an application with their rules in words, and names instead of ids. */
export function policyViews(
  policies: readonly (Stored | Policy)[],
  configuration: Configuration,
): PolicyView[] {
  const names = namesById(configuration)
  return policies.map((policy) => ({
    name: policy.name ?? '',
    decision: DECISIONS.find(({ value }) => value === policy.decision)?.text ?? '',
    isReusable: policy.reusable === true,
    parts: (Object.keys(PARTS) as Part[])
      .map((part) => ({
        name: PARTS[part],
        rules: (policy[part] ?? []).map((rule) => ruleInWords(rule, (id) => names.get(id))),
      }))
      .filter(({ rules }) => rules.length > 0),
  }))
}

// The records that rules name by their ids.
function namesById(configuration: Configuration): Map<string, string> {
  const { applications, groups, identityProviders, references, serviceTokens } = configuration
  const lists = [applications, groups, identityProviders, references.emailLists, serviceTokens]
  return new Map(lists.flat().map(({ id, name }) => [id, name]))
}
