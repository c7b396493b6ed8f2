import type { Child } from 'hono/jsx'
import { WithCode } from '../console/action'

/** One field of a form for a member of an API record. */
export type Field = {
  /** The member, with dots between levels: `grant.session_duration`. It names the field too. */
  member: string
  /** The label, in Cloudflare's words. */
  label: string
  /** `lines` is a list with one entry a line; `json` any value. */
  kind: 'text' | 'lines' | 'checkbox' | 'choice' | 'choices' | 'json'
  /** The values of a choice, and their texts. */
  options?: readonly Option[]
  help?: string
  placeholder?: string
  isRequired?: boolean
}
export type Option = { value: string; text: string }

/** The values of a form: the text of each field, and whether each box is checked. */
export type Values = Record<string, string | boolean | string[]>
/** The API's refusals, by the name of the field. */
export type Problems = Record<string, string[]>

type Props = { field: Field; values: Values; problems: Problems }

/** Renders a field with its label, its explanation, and the API's refusal. */
export function FormField({ field, values, problems }: Props) {
  const { member, label, help, kind } = field
  const wrong = problems[member] ?? []
  const noted = [help && `${member}-help`, wrong.length > 0 && `${member}-problem`]
  const described = noted.filter(Boolean).join(' ') || undefined
  const control = {
    id: member,
    name: member,
    'aria-describedby': described,
    'aria-invalid': wrong.length > 0 ? 'true' : undefined,
  }
  const about = <About member={member} help={help} wrong={wrong} />
  if (kind === 'checkbox') {
    return (
      <div class="form-field">
        <label class="option">
          <input type="checkbox" value="on" checked={values[member] === true} {...control} />
          <span>{label}</span>
        </label>
        {about}
      </div>
    )
  }
  if (kind === 'choices') {
    return (
      <fieldset class="form-field" aria-describedby={described}>
        <legend>{label}</legend>
        <Boxes field={field} chosen={listOf(values[member])} />
        {about}
      </fieldset>
    )
  }
  return (
    <div class="form-field">
      <label for={member}>
        {label}
        {field.isRequired && <span class="soft"> (required)</span>}
      </label>
      <Control field={field} value={textOf(values[member])} control={control} />
      {about}
    </div>
  )
}

function Control({
  field,
  value,
  control,
}: {
  field: Field
  value: string
  control: Record<string, string | undefined>
}) {
  const { kind, options = [], placeholder } = field
  if (kind === 'choice') {
    return (
      <select {...control}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    )
  }
  if (kind === 'text')
    return <input type="text" value={value} placeholder={placeholder} {...control} />
  const rows = Math.min(Math.max(value.split('\n').length + 1, kind === 'json' ? 4 : 3), 30)
  return (
    <textarea
      rows={rows}
      placeholder={placeholder}
      class={kind === 'json' ? 'code' : undefined}
      spellcheck={false}
      {...control}
    >
      {value}
    </textarea>
  )
}

function Boxes({ field: { member, options = [] }, chosen }: { field: Field; chosen: string[] }) {
  if (options.length === 0) return <p class="soft small">There is nothing to choose from.</p>
  return (
    <ul class="options">
      {options.map(({ value, text }) => (
        <li>
          <label class="option">
            <input type="checkbox" name={member} value={value} checked={chosen.includes(value)} />
            <span>{text}</span>
          </label>
        </li>
      ))}
    </ul>
  )
}

function About({
  member,
  help,
  wrong,
}: {
  member: string
  help?: string | undefined
  wrong: string[]
}) {
  return (
    <>
      {help && (
        <p class="soft small" id={`${member}-help`}>
          <WithCode text={help} />
        </p>
      )}
      {wrong.length > 0 && (
        <p class="problem" id={`${member}-problem`}>
          {wrong.join(' ')}
        </p>
      )}
    </>
  )
}

/** Renders a form for a record. Without scripts, the first button is the one that Enter presses. */
export function RecordForm({
  action,
  hidden = {},
  submit,
  children,
}: {
  action: string
  hidden?: Record<string, string>
  submit: string
  children: Child
}) {
  return (
    <form method="post" action={action} class="record-form">
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
      <p class="buttons">
        <button type="submit" class="main">
          {submit}
        </button>
      </p>
    </form>
  )
}

/** Returns the text of a field. */
export function textOf(value: Values[string] | undefined): string {
  return Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : ''
}

/** Returns the chosen values of a field. */
export function listOf(value: Values[string] | undefined): string[] {
  return Array.isArray(value) ? value : []
}
