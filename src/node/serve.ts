import type { Responses } from '../emulator/responses.ts'
import { type Around, type Engine, loadEngine } from './engine.ts'
import { type EmulatorOptions, varsFor } from './options.ts'
import { parseOrigin } from './origin.ts'
import { type Reach, reachAt } from './reach.ts'

/** A running Worker. */
export type Served = {
  url: string
  mcpPath: string
  reach: Reach
  /** Whether no event was recorded before. */
  isNew?: boolean
  /** `EMULATOR_TOKEN`. Behind a tunnel, the control requires it of this process too. */
  secret?: string
  close(): Promise<void>
}

// The port of `npm start`, in the URLs of an emulator that opens no port.
const NOMINAL_PORT = 8788

/**
 * Runs the Worker in this process.
 *
 * @param around a function around every request
 * @throws Error if a setting is wrong, the port is taken, or another process has the folder open
 */
export async function serve(options: EmulatorOptions, around?: Around): Promise<Served> {
  const origin = parseOrigin(options.origin)
  const { startEngine, vars } = await loadEngine()
  const { followFakeTimers, listen = true, log, persist, port = 0 } = options
  const settings = varsFor(vars, options, origin)
  const secret = settings.EMULATOR_TOKEN
  let isUp = false
  const engine = await startEngine({
    vars: settings,
    // Until the settings are checked, this function throws what is wrong instead of logging it.
    ...(log && { log: (line, level) => isUp && log(line, level) }),
    ...(origin.kind === 'function' && {
      origin: async (request) => requireResponse(await origin.respond(request)),
    }),
    ...(persist !== undefined && { persist }),
    ...(followFakeTimers !== undefined && { followFakeTimers }),
    ...(around && { around }),
  })
  try {
    const warnings = await checkedSettings(engine, secret)
    isUp = true
    for (const each of warnings) log?.(`Warning: ${each}.`, 'warn')
    const url = `http://localhost:${listen ? await engine.listen(port) : port || NOMINAL_PORT}`
    const { close } = engine
    const reach = reachAt(url, engine)
    const isNew = persist === undefined
    return { url, mcpPath: origin.mcpPath, reach, isNew, ...(secret && { secret }), close }
  } catch (error) {
    await engine.close()
    throw error
  }
}

// Accepts a Response of any realm: a test may have replaced the global.
function requireResponse(answer: unknown): Response {
  const isResponse =
    typeof answer === 'object' && answer !== null && 'status' in answer && 'headers' in answer
  if (isResponse) return answer as Response
  throw new TypeError(`the function origin returned ${String(answer)}: expected a Response`)
}

// Returns the warnings about the settings. A Worker with a wrong setting responds to every request with the
// setting's name, the value that was found and what was expected.
async function checkedSettings({ fetch }: Engine, secret = ''): Promise<string[]> {
  const headers = { authorization: `Bearer ${secret}` }
  const response = await fetch(new Request('http://localhost/_emulator/settings', { headers }))
  const body = (await response.json()) as Responses['GET settings'] & { error_description?: string }
  if (response.ok) return body.warnings ?? []
  throw new Error(body.error_description ?? `The emulator responds with ${response.status}`)
}
