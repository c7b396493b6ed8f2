import { type Engine, loadEngine } from './engine.ts'
import { type EmulatorOptions, parseOrigin, varsFor } from './options.ts'
import { type Reach, reachAt } from './reach.ts'

/** A Worker that runs. */
export type Served = { url: string; mcpPath: string; reach: Reach; close(): Promise<void> }

// That of `npm start`, for an emulator that listens nowhere.
const NOMINAL_PORT = 8788

/**
 * Runs the Worker in this process.
 *
 * @throws Error where a setting is wrong, the port is taken, or another process has the folder
 */
export async function serve(options: EmulatorOptions): Promise<Served> {
  const origin = parseOrigin(options.origin)
  const { startEngine, vars } = await loadEngine()
  const { followFakeTimers, listen = true, log, persist, port = 0 } = options
  let isUp = false
  const engine = await startEngine({
    vars: varsFor(vars, options, origin),
    // A wrong setting is the error that this function throws.
    log: (line, level) => {
      if (isUp) log?.(line, level)
    },
    ...(origin.kind === 'function' && { origin: origin.answer }),
    ...(persist !== undefined && { persist }),
    ...(followFakeTimers !== undefined && { followFakeTimers }),
  })
  try {
    await refuseWrongSettings(engine)
    isUp = true
    const url = `http://localhost:${listen ? await engine.listen(port) : port || NOMINAL_PORT}`
    return { url, mcpPath: origin.mcpPath, reach: reachAt(url, engine), close: engine.close }
  } catch (error) {
    await engine.close()
    throw error
  }
}

// A wrong setting stops every request with its name, what was found and what was expected.
async function refuseWrongSettings({ fetch }: Engine): Promise<void> {
  const response = await fetch(new Request('http://localhost/_emulator/urls'))
  if (response.ok) return
  const { error_description: what } = (await response.json()) as { error_description?: string }
  throw new Error(what ?? `The emulator answers ${response.status}`)
}
