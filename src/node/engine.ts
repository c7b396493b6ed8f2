import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A line of the log, and how grave it is. */
export type Log = (line: string, level: 'log' | 'warn' | 'error') => void

export type EngineOptions = {
  /** The settings of the Worker. */
  vars: Record<string, string>
  /** The application, in this process. */
  origin?: (request: Request) => Response | Promise<Response>
  /** A folder to keep everything in; in memory where it is left out. */
  persist?: string
  log?: Log
  followFakeTimers?: boolean
}

/** The Worker, running in this process. */
export type Engine = {
  /** Answers a request, whatever its host. */
  fetch(request: Request): Promise<Response>
  /**
   * Answers on a port of 127.0.0.1, 0 for one that is free.
   *
   * @throws Error where the port is taken
   */
  listen(port: number): Promise<number>
  close(): Promise<void>
}

/** What the bundle of the engine exports. */
export type EngineBundle = {
  /** Takes what a test could replace after the package was imported. */
  adopt(found: Found): void
  /** @throws Error where another process has the folder */
  startEngine(options: EngineOptions): Promise<Engine>
  /** `[vars]` of `wrangler.toml`. */
  vars: Record<string, unknown>
}

type Found = { fetch: typeof fetch; Date: DateConstructor; Response: typeof Response }

// As they are when the package is imported.
const found: Found = {
  fetch: globalThis.fetch,
  Date: globalThis.Date,
  Response: globalThis.Response,
}

// Beside this file in the package; while it runs from the source there is nothing yet.
const BUNDLE = new URL('./engine.js', import.meta.url)

let loaded: Promise<EngineBundle> | undefined

/** The engine, out of the package, or bundled once from the source. */
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
  // Not in the package, which comes with the engine built.
  const { bundleEngine } = await import('./bundle-engine.ts')
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const { script } = await bundleEngine(root)
  // Where Vitest leaves modules as they are.
  const folder = join(root, 'node_modules/.cache/access-oauth-emulator')
  const file = join(folder, `engine-${createHash('sha256').update(script).digest('hex')}.mjs`)
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true })
    await writeFile(`${file}.${process.pid}`, script)
    await rename(`${file}.${process.pid}`, file)
  }
  return pathToFileURL(file).href
}
