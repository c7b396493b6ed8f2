import type { Reference } from '../access/record-kind'
import { ruleReferences, rulesIn } from '../access/references'
import type { Combination } from '../access/rules'
import type { Configuration } from '../store/configuration'
import { KINDS, type Kind, recordKind } from '../store/kinds'
import { firstMissing } from '../store/references'
import { invalidRequest } from './error'

/**
 * Rejects a reference to a record that does not exist.
 *
 * Access: modelled by others [V17]. If an application is deleted while a `linked_app_token` rule
 * names it, every later write of that rule fails [K14].
 *
 * @throws ApiError 12130
 */
export function checkReferences(from: Configuration, references: readonly Reference[]): void {
  const missing = firstMissing(from, references)
  if (missing) throw invalidRequest(missing.why, missing.pointer)
}

/**
 * Rejects rules that name a record that does not exist, or that do not fit the policy's decision.
 *
 * Access: reported [K14].
 *
 * @param pointer the policy or group that has the rules, in the body
 * @throws ApiError 12130
 */
export function checkRules(
  from: Configuration,
  rules: Combination,
  pointer = '',
  decision?: string,
): void {
  for (const [rule, at] of rulesIn(rules, pointer)) {
    checkReferences(from, ruleReferences(rule, at))
    if (rule.linked_app_token && decision && !['non_identity', 'bypass'].includes(decision)) {
      throw invalidRequest('linked_app_token requires the decision non_identity or bypass', at)
    }
  }
}

/**
 * Rejects the deletion of a record that something refers to.
 *
 * Assumed: a record that a policy, a group or an application names cannot be deleted.
 *
 * @param what the kind of the referring record, if only one kind can refer to it: `the application
 *   `
 * @throws ApiError 12130
 */
export function refuseUsed(from: Configuration, kind: Kind, id: string, what = ''): void {
  const [referrer] = referrersOf(from, kind, id)
  if (referrer) throw invalidRequest(`the ${recordKind(kind).noun} is used by ${what}${referrer}`)
}

/** Returns the names of the records that refer to a record. */
export function referrersOf(from: Configuration, kind: Kind, id: string): string[] {
  return KINDS.flatMap((each) => {
    const { idOf, references } = recordKind(each)
    return from.collections[each].flatMap((record: object) =>
      (references?.(record) ?? [])
        .filter((reference) => reference.kind === kind && reference.id === id)
        .map(({ holder }) => holder ?? nameOf(record) ?? idOf(record)),
    )
  })
}

function nameOf(record: object): string | undefined {
  return 'name' in record && typeof record.name === 'string' ? record.name : undefined
}
