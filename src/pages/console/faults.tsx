import { ActButton, ActForm, WithCode } from './action'
import { ConsoleFrame, type ConsolePage } from './frame'
import { WithRules } from './rule'

export type FieldView = {
  name: string
  type: 'text' | 'number'
  /** The values that it can have, if they are limited. */
  options?: string[] | undefined
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

type QuirkView = { name: string; what: string; source: string; isOn: boolean }

type Faults = ConsolePage & { faults: FaultView[]; quirks: QuirkView[] }

/** Renders the switches of faults, which break responses on purpose, and of quirks. */
export function FaultsPage({ faults, quirks, ...page }: Faults) {
  const isAny = faults.some(({ active }) => active)
  return (
    <ConsoleFrame title="Faults and quirks" {...page}>
      <div class="title">
        <div>
          <h1>Faults</h1>
          <p class="soft">
            Test how your client handles failures. A fault applies to every client until you switch
            it off, unless you set limits. To change a fault that is on, switch it off and on again.
          </p>
        </div>
        <div id="clear-faults" data-live>
          {isAny && (
            <ActButton act={{ method: 'DELETE', path: 'faults' }} back={page.here}>
              All faults off
            </ActButton>
          )}
        </div>
      </div>
      <ul class="switches">
        {faults.map((fault) => (
          <li id={`fault-${fault.name}`} data-live class="card">
            <Fault fault={fault} here={page.here} />
          </li>
        ))}
      </ul>
      <div class="title">
        <div>
          <h1>Quirks</h1>
          <p class="soft">
            Variants of the behaviour of Access. Switch one on to test your client with it.
          </p>
        </div>
      </div>
      <ul class="switches">
        {quirks.map((quirk) => (
          <li id={`quirk-${quirk.name}`} data-live class="card">
            <Quirk quirk={quirk} here={page.here} />
          </li>
        ))}
      </ul>
    </ConsoleFrame>
  )
}

function Fault({ fault, here }: { fault: FaultView; here: string }) {
  const { name, fields, active } = fault
  const path = `faults/${name}`
  const own = fields.filter((field) => !SCOPE.includes(field.name))
  const scope = fields.filter((field) => SCOPE.includes(field.name))
  return (
    <>
      <div class="switch-head">
        <h2>{name}</h2>
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
      <About what={fault.what} source={fault.source} />
      {active ? (
        <p class="active">
          {active.parameters.map((parameter) => (
            <span>
              {parameter.name} <code>{parameter.value}</code>
            </span>
          ))}
          <span>
            struck {active.struck === 1 ? 'once' : `${active.struck} times`},{' '}
            {active.left === null ? 'no limit' : `${active.left} left`}
          </span>
        </p>
      ) : (
        <ActForm
          act={{ method: 'PUT', path, body: {} }}
          back={here}
          id={formOf(name)}
          class="parameters"
        >
          {own.map((field) => (
            <Field of={name} field={field} />
          ))}
          <details id={`scope-${name}`}>
            <summary>Limit to…</summary>
            <div class="parameters">
              {scope.map((field) => (
                <Field of={name} field={field} />
              ))}
            </div>
          </details>
        </ActForm>
      )}
    </>
  )
}

// The meaning of an empty field that has no default.
const EMPTY: Record<string, string> = { times: 'no limit' }
const SCOPE = ['times', 'client', 'application']
const formOf = (name: string) => `parameters-${name}`

function Field({ of, field }: { of: string; field: FieldView }) {
  const id = `${of}-${field.name}`
  const name = `${field.type}.${field.name}`
  return (
    <p>
      <label for={id}>
        {field.name}
        {!field.options &&
          ` (${field.usual ? `default ${field.usual}` : (EMPTY[field.name] ?? 'any')})`}
      </label>
      {field.options ? (
        <select id={id} name={name}>
          {!field.usual && <option value="">any</option>}
          {field.options.map((option) => (
            <option value={option} selected={option === field.usual}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} name={name} type={field.type} autocomplete="off" />
      )}
    </p>
  )
}

function Quirk({ quirk, here }: { quirk: QuirkView; here: string }) {
  const { name, isOn } = quirk
  return (
    <>
      <div class="switch-head">
        <h2>{name}</h2>
        <ActButton
          act={{ method: 'PUT', path: `quirks/${name}`, body: { on: !isOn } }}
          back={here}
          class="switch"
          label={`Quirk ${name}`}
          isPressed={isOn}
        />
      </div>
      <About what={quirk.what} source={quirk.source} />
    </>
  )
}

function About({ what, source }: { what: string; source: string }) {
  return (
    <>
      <p class="about">
        <WithCode text={what} />
      </p>
      <p class="source">
        <WithRules text={source} />
      </p>
    </>
  )
}
