/** The common rule kinds, with the member that holds the value of each. */
const KINDS = {
  everyone: { text: 'Everyone' },
  email: { text: 'Emails', member: 'email' },
  email_domain: { text: 'Emails ending in', member: 'domain' },
  group: { text: 'Access group', member: 'id' },
  ip: { text: 'IP ranges', member: 'ip' },
  geo: { text: 'Country', member: 'country_code' },
  login_method: { text: 'Login method', member: 'id' },
  any_valid_service_token: { text: 'Any Access service token' },
  service_token: { text: 'Service token', member: 'token_id' },
} satisfies Record<string, { text: string; member?: string }>
type Kind = keyof typeof KINDS

/** A rule as a row of a form: its kind and its value. Other kinds are JSON. */
export type RuleRow = { kind: string; value: string }

export const RULE_OPTIONS = [
  { value: '', text: 'no rule' },
  ...Object.entries(KINDS).map(([value, kind]) => ({ value, text: optionOf(kind) })),
  { value: 'json', text: 'Other (JSON)' },
]

function optionOf({ text, member = '' }: { text: string; member?: string }): string {
  return ['id', 'token_id'].includes(member) ? `${text} (id)` : text
}

/**
 * Returns a rule in words: `Emails ending in example.com`.
 *
 * @param nameOf returns the name of the record with an id
 */
export function ruleInWords(rule: object, nameOf: (id: string) => string | undefined): string {
  const { kind, value } = rowOf(rule)
  if (isKind(kind)) return [KINDS[kind].text, nameOf(value) ?? value].filter(Boolean).join(' ')
  const [[other, members] = ['', {}]] = Object.entries(rule) as [string, object][]
  return [other, ...Object.values(members).map((each) => nameOf(String(each)) ?? each)].join(' ')
}

/** Returns a rule of the API as a row. */
export function rowOf(rule: object): RuleRow {
  const [[kind, members] = ['', {}]] = Object.entries(rule) as [string, unknown][]
  if (isKind(kind) && typeof members === 'object' && members !== null) {
    const { member } = KINDS[kind] as { member?: string }
    const names = Object.keys(members)
    if (member === undefined && names.length === 0) return { kind, value: '' }
    const value = member === undefined ? undefined : (members as Record<string, unknown>)[member]
    if (names.length === 1 && typeof value === 'string') return { kind, value }
  }
  return { kind: 'json', value: JSON.stringify(rule) }
}

/**
 * Returns the rule of a row.
 *
 * @throws SyntaxError if the value of another kind is not JSON
 */
export function ruleOf({ kind, value }: RuleRow): unknown {
  if (!isKind(kind)) return JSON.parse(value)
  const { member } = KINDS[kind] as { member?: string }
  return { [kind]: member === undefined ? {} : { [member]: value.trim() } }
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind)
}
