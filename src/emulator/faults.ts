import * as z from 'zod'
import { suggestionFor } from '../access/nearest-name'
import type { AppContext } from '../request/context'
import { type ActiveFault, FAULT_NAMES, FAULTS, type FaultName } from '../switches/faults'
import { requireApplication } from './application'
import { readControl } from './body'
import { notFound } from './not-found'
import { respond } from './respond'
import type { Responses } from './responses'

type View = Responses['PUT faults/{name}']

/** Handles `GET /_emulator/faults`: lists every fault, with its parameters if it is on. */
export function showFaults(c: AppContext): Response {
  return respond(c, 'GET faults', {
    faults: FAULT_NAMES.map((name) => view(c.get('state').faults, name)),
  })
}

/**
 * Handles `PUT /_emulator/faults/{name}`: switches a fault on, for the next `times` matching requests or
 * until it is cleared, and for one `client` or `application` if the body names it. Each fault is on at
 * most once: the new parameters replace the earlier ones.
 *
 * @throws OAuthError `invalid_request`
 */
export async function switchFaultOn(c: AppContext): Promise<Response> {
  const name = requireName(c)
  const schema: z.ZodType<ActiveFault['parameters']> = FAULTS[name].parameters
  const parameters = await readControl(c, schema)
  if ('application' in parameters) await requireNewestApplication(c, parameters.application)
  const left = 'times' in parameters ? (parameters.times ?? null) : null
  const fault: ActiveFault = { name, parameters, left, struck: 0 }
  const { faults } = await c.get('emulator').setFault(name, fault)
  return respond(c, 'PUT faults/{name}', view(faults, name))
}

/** Handles `DELETE /_emulator/faults/{name}`: switches a fault off. */
export async function switchFaultOff(c: AppContext): Promise<Response> {
  const name = requireName(c)
  return respond(
    c,
    'DELETE faults/{name}',
    view((await c.get('emulator').setFault(name)).faults, name),
  )
}

/** Handles `DELETE /_emulator/faults`: switches all faults off. */
export async function clearFaults(c: AppContext): Promise<Response> {
  await c.get('emulator').clearFaults()
  return respond(c, 'DELETE faults', { cleared: true })
}

function view(faults: ActiveFault[], name: FaultName): View {
  const { what, source, parameters } = FAULTS[name]
  const active = faults.find((each) => each.name === name)
  return {
    name,
    what,
    source,
    // The table of faults uses only these forms of JSON Schema; a test parses the response.
    parameters: z.toJSONSchema(parameters, { io: 'input' }).properties as View['parameters'],
    active: active ? { ...active.parameters, left: active.left, struck: active.struck } : null,
  }
}

// From the API's configuration: with the fault `late-settings`, that of the edge may be older.
async function requireNewestApplication(c: AppContext, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return
  const { emulator, settings } = c.var
  const { applications } = await emulator.configuration(settings.seed)
  requireApplication(applications, wanted)
}

function requireName(c: AppContext): FaultName {
  const name = FAULT_NAMES.find((each) => each === c.req.param('name'))
  if (name) return name
  const given = c.req.param('name') ?? ''
  throw notFound(`fault ${given}`, suggestionFor(given, FAULT_NAMES))
}
