import type { FaultView, FieldView } from '../../pages/console/fault'
import type { FAULT_PRESETS } from '../../switches/fault-presets'
import type { Responses } from '../responses'

type Fault = Responses['GET faults']['faults'][number]
type Parameter = Fault['parameters'][string]
type Options = NonNullable<FieldView['options']>

/** The clients and applications that a fault can be limited to. */
export type Subjects = { client: Options; application: Options }

/** Returns a fault of the control as the page shows it. */
export function faultView(fault: Fault, subjects: Subjects): FaultView {
  const { name, what, source, parameters, active } = fault
  return {
    ...{ name, what, source },
    fields: Object.entries(parameters).map(([parameter, schema]) =>
      parameter === 'client' || parameter === 'application'
        ? { name: parameter, type: 'text', options: subjects[parameter] }
        : fieldView(parameter, schema),
    ),
    active: active ? activeView(active, subjects) : undefined,
  }
}

/** Returns whether exactly the faults of a situation are on, with its parameters. */
export function isPresetOn(preset: (typeof FAULT_PRESETS)[number], faults: Fault[]): boolean {
  const active = faults.filter(({ active }) => active !== null)
  const wanted = new Map<string, object>(Object.entries(preset.faults))
  return (
    active.length === wanted.size &&
    active.every(({ name, active: given }) => {
      const parameters = Object.entries(wanted.get(name) ?? { none: '' })
      return parameters.every(([member, value]) => given?.[member] === value)
    })
  )
}

// `left` is shown instead of `times`.
function activeView(active: NonNullable<Fault['active']>, subjects: Subjects) {
  const { left, struck, times: _, ...given } = active
  const parameters = Object.entries(given).map(([name, value]) => {
    const known = name === 'client' || name === 'application' ? subjects[name] : []
    const named = known.find((each) => each.value === value)
    return { name, value: named?.text ?? String(value) }
  })
  return { left, struck, parameters }
}

function fieldView(name: string, schema: Parameter): FieldView {
  const constants = schema.anyOf?.flatMap((each) => (each.const === undefined ? [] : [each.const]))
  const values = schema.enum ?? constants
  const example = values?.[0] ?? schema.default
  const isNumber = typeof example === 'number' || schema.type === 'integer'
  return {
    name,
    type: isNumber ? 'number' : 'text',
    options: values?.map((value) => ({ value: String(value), text: String(value) })),
    usual: schema.default === undefined ? undefined : String(schema.default),
  }
}
