import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A function that receives each line of the log with its level. A detail has the level `debug`. */
export type Log = (line: string, level: 'debug' | 'log' | 'warn' | 'error') => void

export type EngineOptions = {
  /** The Worker's settings. */
  vars: Record<string, string>
  /** The application, if it runs in this process. */
  origin?: (request: Request) => Response | Promise<Response>
  /** The folder that keeps everything. Without one, it is in memory. */
  persist?: string
  log?: Log
  followFakeTimers?: boolean
  around?: Around
}

/** A function around every request that the Worker handles: it sees the request and the response. */
export type Around = (
  request: Request,
  next: (request: Request) => Response | Promise<Response>,
) => Promise<Response>

/** The Worker, running in this process. */
export type Engine = {
  /**
   * Responds to a request, whatever its host is. The engine may change the headers of the request.
   *
   * @param options.canAbort whether the signal of the request is one that a caller can abort
   */
  fetch(request: Request, options?: { canAbort: boolean }): Promise<Response>
  /**
   * Listens on a port of 127.0.0.1; 0 chooses a free port.
   *
   * @returns the port
   * @throws Error if the port is taken
   */
  listen(port: number): Promise<number>
  close(): Promise<void>
}

/** The exports of the engine's bundle. */
export type EngineBundle = {
  /** Receives globals that a test could replace after it imported the package. */
  adopt(found: Found): void
  /** @throws Error if another process has the folder open */
  startEngine(options: EngineOptions): Promise<Engine>
  /** `[vars]` of `wrangler.toml`. */
  vars: Record<string, unknown>
}

type Found = { fetch: typeof fetch; Date: DateConstructor; Response: typeof Response }

// As they were when the package was imported.
const found: Found = {
  fetch: globalThis.fetch,
  Date: globalThis.Date,
  Response: globalThis.Response,
}

// Part of the package. When this runs from the source, the file does not exist.
const BUNDLE = new URL('./engine.mjs', import.meta.url)

let loaded: Promise<EngineBundle> | undefined

/** Returns the engine: from the package, or bundled once from the source. */
export function loadEngine(): Promise<EngineBundle> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<EngineBundle> {
  const file = existsSync(BUNDLE) ? BUNDLE.href : await fromSource()
  const bundle: EngineBundle = await import(/* @vite-ignore */ file)
  bundle.adopt(found)
  return bundle
}

async function fromSource(): Promise<string> {
  // The package contains neither this module nor esbuild.
  const { keptEngine } = await import('./kept-engine.ts')
  const root = fileURLToPath(new URL('../../', import.meta.url))
  return pathToFileURL(await keptEngine(root)).href
}
