import type { Option, Problems } from './fields'
import { RULE_OPTIONS, type RuleRow } from './rules'

/** The parts of a policy that hold rules, with their words in Cloudflare's dashboard. */
export const PARTS = { include: 'Include', require: 'Require', exclude: 'Exclude' } as const
export type Part = keyof typeof PARTS

/** The decisions, with their words in Cloudflare's dashboard. */
export const DECISIONS: Option[] = [
  { value: 'allow', text: 'Allow' },
  { value: 'deny', text: 'Block' },
  { value: 'bypass', text: 'Bypass' },
  { value: 'non_identity', text: 'Service Auth' },
]

/** A policy in the form of an application: its own, or the id of a reusable one. */
export type PolicyRow =
  | { reusable: string; name: string; isRemoved: boolean }
  | {
      id: string
      name: string
      decision: string
      isRemoved: boolean
      rules: Record<Part, RuleRow[]>
    }

type Props = {
  policies: PolicyRow[]
  /** The reusable policies that can be added. */
  reusable: Option[]
  problems: Problems
}

/** Renders the policies of an application. Rows left empty are ignored. */
export function Policies({ policies, reusable, problems }: Props) {
  return (
    <fieldset class="card policies">
      <legend>Policies</legend>
      <p class="soft small">
        Access evaluates Bypass and Service Auth first, then the others from top to bottom. A person
        whom no policy allows is refused.
      </p>
      {policies.map((policy, index) => {
        const fields = (
          <PolicyFields policy={policy} index={index} wrong={problemsOf(problems, index)} />
        )
        return isEmpty(policy) && policies.length > 1 ? (
          <details class="form-field">
            <summary>Add a policy</summary>
            {fields}
          </details>
        ) : (
          fields
        )
      })}
      <div class="form-field">
        <label for="add-reusable">Add an existing policy</label>
        <select id="add-reusable" name="add_reusable">
          <option value="">none</option>
          {reusable.map(({ value, text }) => (
            <option value={value}>{text}</option>
          ))}
        </select>
      </div>
      <p class="buttons">
        <button type="submit" name="intent" value="more">
          More rows for rules
        </button>
      </p>
    </fieldset>
  )
}

function PolicyFields({
  policy,
  index,
  wrong,
}: {
  policy: PolicyRow
  index: number
  wrong: string[]
}) {
  const at = `policies.${index}`
  const title = policy.name || 'New policy'
  if ('reusable' in policy) {
    return (
      <fieldset class="policy" aria-label={title}>
        <input type="hidden" name={`${at}.reusable`} value={policy.reusable} />
        <input type="hidden" name={`${at}.name`} value={policy.name} />
        <p>
          <strong>{title}</strong> <span class="tag noted">reusable</span>{' '}
          <code class="id">{policy.reusable}</code>
        </p>
        <Problem wrong={wrong} />
        <Remove at={at} title={title} isRemoved={policy.isRemoved} />
      </fieldset>
    )
  }
  const { id, name, decision, rules, isRemoved } = policy
  return (
    <fieldset class="policy">
      <legend>{title}</legend>
      <input type="hidden" name={`${at}.id`} value={id} />
      <Problem wrong={wrong} />
      <div class="pair">
        <div class="form-field">
          <label for={`${at}.name`}>Policy name</label>
          <input type="text" id={`${at}.name`} name={`${at}.name`} value={name} />
        </div>
        <div class="form-field">
          <label for={`${at}.decision`}>Action</label>
          <Choice name={`${at}.decision`} options={DECISIONS} value={decision} />
        </div>
      </div>
      {(Object.keys(PARTS) as Part[]).map((part) => (
        <Rules at={`${at}.${part}`} title={PARTS[part]} rows={rules[part]} />
      ))}
      {name !== '' && <Remove at={at} title={title} isRemoved={isRemoved} />}
    </fieldset>
  )
}

function Rules({ at, title, rows }: { at: string; title: string; rows: RuleRow[] }) {
  return (
    <fieldset class="rules">
      <legend class="soft small">{title}</legend>
      {rows.map(({ kind, value }, index) => (
        <div class="rule">
          <Choice
            name={`${at}.${index}.kind`}
            options={RULE_OPTIONS}
            value={kind}
            label={`${title} ${index + 1}: selector`}
          />
          <input
            type="text"
            name={`${at}.${index}.value`}
            value={value}
            aria-label={`${title} ${index + 1}: value`}
          />
        </div>
      ))}
    </fieldset>
  )
}

function Choice({
  name,
  options,
  value,
  label,
}: {
  name: string
  options: Option[]
  value: string
  label?: string
}) {
  return (
    <select id={name} name={name} aria-label={label}>
      {options.map((option) => (
        <option value={option.value} selected={option.value === value}>
          {option.text}
        </option>
      ))}
    </select>
  )
}

function Remove({ at, title, isRemoved }: { at: string; title: string; isRemoved: boolean }) {
  return (
    <label class="option">
      <input type="checkbox" name={`${at}.remove`} value="on" checked={isRemoved} />
      <span>
        Remove <span class="unseen">{title}</span>
      </span>
    </label>
  )
}

function Problem({ wrong }: { wrong: string[] }) {
  return wrong.length > 0 ? <p class="problem">{wrong.join(' ')}</p> : null
}

function isEmpty(policy: PolicyRow): boolean {
  return (
    policy.name === '' && 'rules' in policy && policy.rules.include.every(({ kind }) => kind === '')
  )
}

function problemsOf(problems: Problems, index: number): string[] {
  return problems[`policies.${index}`] ?? []
}
