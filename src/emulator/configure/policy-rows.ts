import * as z from 'zod'
import { PARTS, type Part, type PolicyRow } from '../../pages/configure/policies'
import { type RuleRow, rowOf, ruleOf } from '../../pages/configure/rules'
import { NotJson } from './form'

/** A policy as an application's response contains it. */
export const storedPolicySchema = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  decision: z.string().optional(),
  reusable: z.boolean().optional(),
  include: z.array(z.looseObject({})).optional(),
  require: z.array(z.looseObject({})).optional(),
  exclude: z.array(z.looseObject({})).optional(),
})
type StoredPolicy = z.infer<typeof storedPolicySchema>

const PART_NAMES = Object.keys(PARTS) as Part[]
const EMPTY_RULE: RuleRow = { kind: '', value: '' }

/** Returns the policies of an application as rows of its form, with an empty one to fill in. */
export function policyRows(policies: StoredPolicy[]): PolicyRow[] {
  return withEmptyRows(
    policies.map((policy): PolicyRow => {
      const { id, name = '', reusable, decision = 'allow' } = policy
      if (reusable) return { reusable: id, name, isRemoved: false }
      const rules = rulesBy((part) => (policy[part] ?? []).map(rowOf))
      return { id, name, decision, isRemoved: false, rules }
    }),
  )
}

/** Returns the policies' rows as they were sent, empty ones included. */
export function sentPolicies(form: URLSearchParams): PolicyRow[] {
  const rows: PolicyRow[] = []
  for (let index = 0; ; index++) {
    const at = `policies.${index}`
    const name = form.get(`${at}.name`)
    if (name === null) break
    const isRemoved = form.has(`${at}.remove`)
    const reusable = form.get(`${at}.reusable`)
    if (reusable !== null) {
      rows.push({ reusable, name, isRemoved })
      continue
    }
    const rules = rulesBy((part) => sentRules(form, `${at}.${part}`))
    const decision = form.get(`${at}.decision`) ?? ''
    rows.push({ id: form.get(`${at}.id`) ?? '', name, decision, isRemoved, rules })
  }
  return rows
}

function sentRules(form: URLSearchParams, at: string): RuleRow[] {
  const rows: RuleRow[] = []
  for (let index = 0; ; index++) {
    const kind = form.get(`${at}.${index}.kind`)
    if (kind === null) return rows
    rows.push({ kind, value: form.get(`${at}.${index}.value`) ?? '' })
  }
}

/** Adds an empty policy, and an empty rule to each part of a policy. */
export function withEmptyRows(rows: PolicyRow[]): PolicyRow[] {
  const padded = rows.map((row) =>
    'rules' in row
      ? { ...row, rules: rulesBy((part) => [...row.rules[part].filter(isFilled), EMPTY_RULE]) }
      : row,
  )
  const isLastEmpty = rows.some((row) => !isUsed(row))
  return isLastEmpty ? padded : [...padded, emptyPolicy()]
}

function emptyPolicy(): PolicyRow {
  return {
    id: '',
    name: '',
    decision: 'allow',
    isRemoved: false,
    rules: rulesBy(() => [EMPTY_RULE]),
  }
}

/** Returns the rows that become policies, which are neither empty nor to be removed, with their place in the form. */
export function usedRows(rows: PolicyRow[]): { row: PolicyRow; at: number }[] {
  return rows.map((row, at) => ({ row, at })).filter(({ row }) => !row.isRemoved && isUsed(row))
}

/**
 * Returns a policy of the API for a row.
 *
 * @param stored the policy before the edit, whose other members stay
 * @throws NotJson
 */
export function policyOf(row: PolicyRow, at: number, stored: object | undefined): object {
  if ('reusable' in row) return { id: row.reusable }
  const { id, name, decision, rules } = row
  return {
    ...stored,
    ...(id !== '' && { id }),
    name,
    decision,
    ...rulesBy((part) => rules[part].filter(isFilled).map((rule) => parsedRule(rule, at))),
  }
}

function parsedRule(rule: RuleRow, at: number): unknown {
  try {
    return ruleOf(rule)
  } catch (error) {
    throw new NotJson(`policies.${at}`, error)
  }
}

function isUsed(row: PolicyRow): boolean {
  if ('reusable' in row) return true
  return row.name.trim() !== '' || PART_NAMES.some((part) => row.rules[part].some(isFilled))
}

function isFilled({ kind }: RuleRow): boolean {
  return kind !== ''
}

function rulesBy<T>(of: (part: Part) => T): Record<Part, T> {
  return { include: of('include'), require: of('require'), exclude: of('exclude') }
}
