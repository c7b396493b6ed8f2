import * as z from 'zod'
import type { AppContext } from '../../env'
import { FaultsPage, type FaultView, type FieldView } from '../../pages/console/faults'
import { respondPage } from '../../pages/respond'
import { ask, type Control } from './inside'
import { pageOf } from './view'

// A parameter as the control describes it: JSON Schema, of the few forms that the table has.
const choice = z.union([z.string(), z.number()])
const parameterSchema = z.looseObject({
  type: z.string().optional(),
  default: choice.optional(),
  enum: z.array(choice).optional(),
  anyOf: z.array(z.looseObject({ const: choice.optional() })).optional(),
})

const activeSchema = z.looseObject({
  left: z.number().nullable(),
  struck: z.number(),
  times: z.number().optional(),
})

const faultsSchema = z.object({
  faults: z.array(
    z.object({
      name: z.string(),
      what: z.string(),
      source: z.string(),
      parameters: z.record(z.string(), parameterSchema),
      active: activeSchema.nullable(),
    }),
  ),
})
type Fault = z.infer<typeof faultsSchema>['faults'][number]

type Quirks = { quirks: { name: string; what: string; source: string; on: boolean }[] }

/** `GET /_emulator/console/faults`: what can be broken on purpose, as switches. */
export async function showFaultsPage(c: AppContext, control: Control): Promise<Response> {
  const [answer, { quirks }, newest] = await Promise.all([
    ask<unknown>(c, control, 'faults'),
    ask<Quirks>(c, control, 'quirks'),
    c.get('emulator').newestEvent(),
  ])
  const { faults } = faultsSchema.parse(answer)
  return respondPage(
    c,
    200,
    (nonce) => (
      <FaultsPage
        nonce={nonce}
        {...pageOf(c, newest)}
        faults={faults.map(faultView)}
        quirks={quirks.map(({ on, ...quirk }) => ({ ...quirk, isOn: on }))}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

function faultView({ name, what, source, parameters, active }: Fault): FaultView {
  return {
    ...{ name, what, source },
    fields: Object.entries(parameters).map(([parameter, schema]) => fieldView(parameter, schema)),
    active: active ? activeView(active) : undefined,
  }
}

// How many are left says more than how many there were.
function activeView({ left, struck, times: _, ...given }: z.infer<typeof activeSchema>) {
  const parameters = Object.entries(given).map(([name, value]) => ({ name, value: String(value) }))
  return { left, struck, parameters }
}

function fieldView(name: string, schema: z.infer<typeof parameterSchema>): FieldView {
  const constants = schema.anyOf?.flatMap((each) => (each.const === undefined ? [] : [each.const]))
  const options = schema.enum ?? constants
  const example = options?.[0] ?? schema.default
  const isNumber = typeof example === 'number' || schema.type === 'integer'
  return {
    name,
    type: isNumber ? 'number' : 'text',
    options: options?.map(String),
    usual: schema.default === undefined ? undefined : String(schema.default),
  }
}
