import * as z from 'zod'
import { suggestionFor } from '../access/nearest-name'
import type { AppContext } from '../request/context'
import type { ActiveFault } from '../switches/active-fault'
import { FAULT_NAMES, FAULTS, type FaultName } from '../switches/faults'
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
  const fault = await newFault(c, name, await readControl(c, schema))
  const { faults } = await c.get('emulator').switches.setFault(name, fault)
  return respond(c, 'PUT faults/{name}', view(faults, name))
}

/** The body of `PUT /_emulator/faults`: the parameters of each fault, by its name. */
export const faultsSchema = z.strictObject(
  Object.fromEntries(FAULT_NAMES.map((name) => [name, FAULTS[name].parameters.optional()])),
)

/**
 * Handles `PUT /_emulator/faults`: switches exactly the faults of the body on, and all others off, in one
 * step.
 *
 * @throws OAuthError `invalid_request`
 */
export async function switchFaults(c: AppContext): Promise<Response> {
  const wanted = await readControl(c, faultsSchema)
  const faults: ActiveFault[] = []
  for (const name of FAULT_NAMES) {
    const parameters = wanted[name]
    if (parameters) faults.push(await newFault(c, name, parameters))
  }
  await c.get('emulator').switches.setFaults(faults)
  return respond(c, 'PUT faults', { faults: FAULT_NAMES.map((name) => view(faults, name)) })
}

async function newFault(
  c: AppContext,
  name: FaultName,
  parameters: ActiveFault['parameters'],
): Promise<ActiveFault> {
  if ('application' in parameters) await requireNewestApplication(c, parameters.application)
  const left = 'times' in parameters ? (parameters.times ?? null) : null
  return { name, parameters, left, struck: 0 }
}

/** Handles `DELETE /_emulator/faults/{name}`: switches a fault off. */
export async function switchFaultOff(c: AppContext): Promise<Response> {
  const name = requireName(c)
  return respond(
    c,
    'DELETE faults/{name}',
    view((await c.get('emulator').switches.setFault(name)).faults, name),
  )
}

/** Handles `DELETE /_emulator/faults`: switches all faults off. */
export async function clearFaults(c: AppContext): Promise<Response> {
  await c.get('emulator').switches.setFaults([])
  return respond(c, 'DELETE faults', { cleared: true })
}

function view(faults: ActiveFault[], name: FaultName): View {
  const { group, what, source, parameters } = FAULTS[name]
  const active = faults.find((each) => each.name === name)
  return {
    ...{ name, group, what, source },
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
