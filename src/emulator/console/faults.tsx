import { FaultsPage, type FaultView, type FieldView } from '../../pages/console/faults'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import type { Responses } from '../responses'
import { type Control, fetchList } from './inside'
import { pageOf } from './view'

type Fault = Responses['GET faults']['faults'][number]
type Parameter = Fault['parameters'][string]

/** Handles `GET /_emulator/console/faults`: shows faults and quirks as switches. */
export async function showFaultsPage(c: AppContext, control: Control): Promise<Response> {
  const [{ faults }, { quirks }, newest] = await Promise.all([
    fetchList(c, control, 'faults'),
    fetchList(c, control, 'quirks'),
    c.get('emulator').events.newestNumber(),
  ])
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

// `left` is shown instead of `times`.
function activeView({ left, struck, times: _, ...given }: NonNullable<Fault['active']>) {
  const parameters = Object.entries(given).map(([name, value]) => ({ name, value: String(value) }))
  return { left, struck, parameters }
}

function fieldView(name: string, schema: Parameter): FieldView {
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
