import * as z from 'zod'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { type ActiveFault, FAULT_NAMES, FAULTS, type FaultName } from '../switches/faults'
import { readControl } from './body'
import { notFound } from './not-found'
import { respond } from './respond'
import type { Responses } from './responses'

type View = Responses['PUT faults/{name}']

/** `GET /_emulator/faults`: everything that can be broken, and what is. */
export function showFaults(c: AppContext): Response {
  return respond(c, 'GET faults', {
    faults: FAULT_NAMES.map((name) => view(c.get('state').faults, name)),
  })
}

/**
 * `PUT /_emulator/faults/{name}`: switches a fault on, for the next `times` matching requests or until
 * it is cleared; for one `client` or `application` where the body names it. A fault is on once: this
 * takes the place of the same fault at another endpoint or for somebody else.
 *
 * @throws OAuthError `invalid_request`
 */
export async function switchFaultOn(c: AppContext): Promise<Response> {
  const name = requireName(c)
  const schema: z.ZodType<ActiveFault['parameters']> = FAULTS[name].parameters
  const parameters = await readControl(c, schema)
  if ('application' in parameters) await requireApplication(c, parameters.application)
  const left = 'times' in parameters ? (parameters.times ?? null) : null
  const fault: ActiveFault = { name, parameters, left, struck: 0 }
  const { faults } = await c.get('emulator').setFault(name, fault)
  return respond(c, 'PUT faults/{name}', view(faults, name))
}

/** `DELETE /_emulator/faults/{name}`: switches it off. */
export async function switchFaultOff(c: AppContext): Promise<Response> {
  const name = requireName(c)
  return respond(
    c,
    'DELETE faults/{name}',
    view((await c.get('emulator').setFault(name)).faults, name),
  )
}

/** `DELETE /_emulator/faults`: nothing is broken any more. */
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
    // The table uses only these forms of JSON Schema: a test parses the response.
    parameters: z.toJSONSchema(parameters, { io: 'input' }).properties as View['parameters'],
    active: active ? { ...active.parameters, left: active.left, struck: active.struck } : null,
  }
}

// As the API has it: one that it has just made is there, though the edge may be late.
async function requireApplication(c: AppContext, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return
  const { emulator, settings } = c.var
  const { applications } = await emulator.configuration(settings.seed)
  if (applications.some(({ id, name }) => id === wanted || name === wanted)) return
  const names = applications.map(({ name }) => name).join(', ')
  const message = `application: there is no ${wanted}, by id or name; there are ${names || 'none'}`
  throw new OAuthError('invalid_request', message)
}

function requireName(c: AppContext): FaultName {
  const name = FAULT_NAMES.find((each) => each === c.req.param('name'))
  if (!name) throw notFound(`fault ${c.req.param('name')}`, FAULT_NAMES)
  return name
}
