import { ActButton, ActForm, WithCode } from './action'
import { WithRules } from './rule'

export type FieldView = {
  name: string
  type: 'text' | 'number'
  /** The values that it can have, if they are limited. */
  options?: { value: string; text: string }[] | undefined
  /** The value that applies if it is left out. */
  usual?: string | undefined
}

export type FaultView = {
  name: string
  what: string
  source: string
  fields: FieldView[]
  /** Undefined while it is off. */
  active?:
    | { parameters: { name: string; value: string }[]; left: number | null; struck: number }
    | undefined
}

/** Renders a fault: its switch, its parameters, and its sources. */
export function Fault({ fault, here }: { fault: FaultView; here: string }) {
  const { name, what, source, active } = fault
  const path = `faults/${name}`
  return (
    <>
      <div class="switch-head">
        <h3>{name}</h3>
        {active ? (
          <ActButton
            act={{ method: 'DELETE', path }}
            back={here}
            class="switch"
            label={`Fault ${name}`}
            isPressed
          />
        ) : (
          // Submits the form below, which has the parameters.
          <div class="switch">
            <button
              type="submit"
              form={formOf(name)}
              aria-label={`Fault ${name}`}
              aria-pressed="false"
            />
          </div>
        )}
      </div>
      <p class="about">
        <WithCode text={what} />
      </p>
      {active ? (
        <>
          <Active active={active} />
          <Source of={name} source={source} />
        </>
      ) : (
        <ParametersForm fault={fault} here={here} />
      )}
    </>
  )
}

/** Renders the sources of a fault or a quirk, folded. */
export function Source({ of, source }: { of: string; source: string }) {
  return (
    <details class="source" id={`source-${of}`}>
      <summary aria-label={`Sources of ${of}`}>Sources</summary>
      <p>
        <WithRules text={source} />
      </p>
    </details>
  )
}

function Active({ active }: { active: NonNullable<FaultView['active']> }) {
  const { parameters, struck, left } = active
  return (
    <p class="active">
      {parameters.map((parameter) => (
        <span>
          {parameter.name} <code>{parameter.value}</code>
        </span>
      ))}
      <span>
        struck {struck === 1 ? 'once' : `${struck} times`},{' '}
        {left === null ? 'no limit' : `${left} left`}
      </span>
    </p>
  )
}

const formOf = (name: string) => `parameters-${name}`
const SCOPE = ['times', 'client', 'application']

function ParametersForm({ fault, here }: { fault: FaultView; here: string }) {
  const { name, fields, source } = fault
  const own = fields.filter((field) => !SCOPE.includes(field.name))
  const scope = fields.filter((field) => SCOPE.includes(field.name))
  return (
    <ActForm
      act={{ method: 'PUT', path: `faults/${name}`, body: {} }}
      back={here}
      id={formOf(name)}
      class="parameters"
    >
      <Fields of={name} fields={own} />
      <div class="folds">
        {scope.length > 0 && (
          <details id={`scope-${name}`}>
            <summary aria-label={`Limit to… (${name})`}>Limit to…</summary>
            <Fields of={name} fields={scope} />
          </details>
        )}
        <Source of={name} source={source} />
      </div>
    </ActForm>
  )
}

function Fields({ of, fields }: { of: string; fields: FieldView[] }) {
  return (
    <div class="fields">
      {fields.map((field) => (
        <Field of={of} field={field} />
      ))}
    </div>
  )
}

// The meaning of an empty field that has no default.
const EMPTY: Record<string, string> = { times: 'no limit' }

function Field({ of, field }: { of: string; field: FieldView }) {
  const id = `${of}-${field.name}`
  const name = `${field.type}.${field.name}`
  const empty = EMPTY[field.name] ?? 'any'
  return (
    <p>
      <label for={id}>
        {field.name}
        {!field.options && ` (${field.usual ? `default ${field.usual}` : empty})`}
      </label>
      {field.options ? (
        <select id={id} name={name}>
          {!field.usual && <option value="">any</option>}
          {field.options.map(({ value, text }) => (
            <option value={value} selected={value === field.usual}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} name={name} type={field.type} autocomplete="off" />
      )}
    </p>
  )
}
