import * as z from 'zod'
import { chosenSchema, never } from './chosen-schema'
import { suggestionFor } from './nearest-name'
import { type EmailList, RULE_KINDS, type RuleContext, type Subject } from './rule-kinds'

const text = z.string().min(1)

// Kinds of the API that the emulator cannot evaluate. They are stored and never match.
const NOT_EMULATED = [
  ...(['ip_list', 'auth_method', 'certificate', 'saml', 'gsuite'] as const),
  ...(['github-organization', 'okta', 'azureAD', 'auth_context'] as const),
  ...(['external_evaluation', 'user_risk_score'] as const),
] as const

type Kind = keyof typeof RULE_KINDS
type Known = { [kind in Kind]?: z.infer<(typeof RULE_KINDS)[kind]['schema']> }
/** One rule, as in the API: an object with its kind as the only member. */
export type Rule = Known & Record<string, unknown>

/** One rule as it is written: its kind, with the members of that kind. */
export type RuleInput =
  | { [kind in Kind]: { [name in kind]: z.input<(typeof RULE_KINDS)[kind]['schema']> } }[Kind]
  | { [kind in NotEmulated]: { [name in kind]: Record<string, unknown> } }[NotEmulated]
type NotEmulated = (typeof NOT_EMULATED)[number]

/**
 * A rule with exactly one kind. The members of a kind that the emulator evaluates are checked.
 *
 * Access: documented [K33].
 */
export const ruleSchema = chosenSchema<Rule, RuleInput>(
  'A rule: an object with its kind as the only member.',
  (value) => {
    const kinds = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const [kind] = kinds
    if (kind === undefined || kinds.length !== 1) {
      return never('expected a rule with one kind, such as {"email":{"email":"ada@example.com"}}')
    }
    if (isNotEmulatedKind(kind)) return z.custom<Rule>()
    if (!isKnown(kind)) return never(`unknown rule kind ${kind}; ${suggestionFor(kind, KINDS)}`)
    return z.strictObject({ [kind]: RULE_KINDS[kind].schema }) as unknown as z.ZodType<Rule>
  },
  // A computed name widens the type of the object.
  () => ruleForms() as unknown as z.ZodType<unknown, RuleInput>[],
)

function ruleForms(): z.ZodType[] {
  const known = Object.entries(RULE_KINDS).map(([kind, { schema }]) =>
    z.strictObject({ [kind]: schema }),
  )
  return [...known, ...NOT_EMULATED.map((kind) => z.strictObject({ [kind]: z.looseObject({}) }))]
}

const KINDS = [...Object.keys(RULE_KINDS), ...NOT_EMULATED]

/** Returns whether the emulator cannot evaluate a rule, which then never matches. */
export function isNotEmulated(rule: Rule): boolean {
  return isNotEmulatedKind(Object.keys(rule)[0] ?? '')
}

function isNotEmulatedKind(kind: string): boolean {
  return NOT_EMULATED.some((each) => each === kind)
}

/** The rules of a policy or a group: any of `include`, all of `require`, none of `exclude`. */
export const combination = {
  include: z.array(ruleSchema).min(1),
  exclude: z.array(ruleSchema).default([]),
  require: z.array(ruleSchema).default([]),
}

export type Combination = { include: Rule[]; exclude: Rule[]; require: Rule[] }

/** An Access group: named rules, which policies refer to. */
export const groupMembersSchema = z.strictObject({ name: text, ...combination })
export const groupSchema = groupMembersSchema.extend({ id: text })
export type Group = z.infer<typeof groupSchema>

/** The records that rules refer to by id. */
export type References = {
  groups: readonly Group[]
  emailLists: readonly EmailList[]
  isAccountMember(accountId: string, email: string): boolean
}

/** The state of evaluating groups for one subject. */
type Evaluated = {
  /** The final results, by group id. */
  known: Map<string, boolean>
  /** The groups being evaluated, by id, with their depth. */
  open: Map<string, number>
  /** The smallest depth of an open group that the current result depends on. */
  restsOn: number
}

/** Returns whether the rules of a policy or a group hold for a subject. */
export function combinationHolds(
  combination: Combination,
  subject: Subject,
  references: References,
): boolean {
  return allHold(combination, contextOf(subject, references))
}

/** Finds the first rule of `include` that holds, which is why a policy matches. */
export function holdingRule(
  { include }: Combination,
  subject: Subject,
  references: References,
): Rule | undefined {
  const context = contextOf(subject, references)
  return include.find((rule) => ruleHolds(rule, context))
}

/**
 * Finds why a policy does not match although a rule of `include` holds: the first rule of `require` that
 * does not hold, or the first rule of `exclude` that does.
 */
export function obstacle(
  { include, require, exclude }: Combination,
  subject: Subject,
  references: References,
): { part: 'require' | 'exclude'; rule: Rule } | undefined {
  const context = contextOf(subject, references)
  const holds = (rule: Rule) => ruleHolds(rule, context)
  if (!include.some(holds)) return undefined
  const missing = require.find((rule) => !holds(rule))
  if (missing) return { part: 'require', rule: missing }
  const excluded = exclude.find(holds)
  return excluded && { part: 'exclude', rule: excluded }
}

/** Formats a rule for an event: `email_domain example.com`. */
export function ruleInBrief(rule: Rule): string {
  const [[kind, members] = ['']] = Object.entries(rule)
  const values = Object.values((members ?? {}) as Record<string, unknown>).map(String)
  return [kind, ...values].join(' ')
}

function contextOf(subject: Subject, references: References): RuleContext {
  const evaluated = {
    known: new Map(),
    open: new Map(),
    restsOn: Number.POSITIVE_INFINITY,
  }
  const context: RuleContext = {
    subject,
    emailLists: references.emailLists,
    isAccountMember: (accountId, email) => references.isAccountMember(accountId, email),
    groupHolds: (id) => groupHolds(id, references.groups, context, evaluated),
  }
  return context
}

function allHold({ include, require, exclude }: Combination, context: RuleContext): boolean {
  const holds = (rule: Rule) => ruleHolds(rule, context)
  return include.some(holds) && require.every(holds) && !exclude.some(holds)
}

function ruleHolds(rule: Rule, context: RuleContext): boolean {
  const [[name, members] = ['']] = Object.entries(rule)
  if (!isKnown(name)) return false
  const kind: { holds(members: unknown, context: RuleContext): boolean } = RULE_KINDS[name]
  return kind.holds(members, context)
}

// Evaluates each group once, because groups may refer to groups. The settings and the API reject a group
// that refers to itself. If one is stored anyway, the inner reference counts as false, and results that
// depend on it are not final and not remembered.
function groupHolds(
  groupId: string,
  groups: readonly Group[],
  context: RuleContext,
  evaluated: Evaluated,
): boolean {
  const { known, open } = evaluated
  const before = known.get(groupId)
  if (before !== undefined) return before
  const at = open.get(groupId)
  if (at !== undefined) {
    evaluated.restsOn = Math.min(evaluated.restsOn, at)
    return false
  }
  const { restsOn } = evaluated
  const level = open.size
  open.set(groupId, level)
  evaluated.restsOn = Number.POSITIVE_INFINITY
  const group = groups.find(({ id }) => id === groupId)
  const holds = group !== undefined && allHold(group, context)
  open.delete(groupId)
  const isFinal = evaluated.restsOn >= level
  if (isFinal) known.set(groupId, holds)
  evaluated.restsOn = isFinal ? restsOn : Math.min(restsOn, evaluated.restsOn)
  return holds
}

function isKnown(kind: string): kind is Kind {
  return Object.hasOwn(RULE_KINDS, kind)
}
