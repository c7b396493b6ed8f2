import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The Worker as Miniflare takes it, and what `wrangler.toml` says of it. */
export type BuiltWorker = {
  script: string
  compatibilityDate: string
  /** `[vars]`: the settings where an option does not say otherwise. */
  vars: Record<string, unknown>
}

// Beside this file in the package; while it runs from the source there is nothing yet.
const SCRIPT = new URL('./worker.js', import.meta.url)
const FACTS = new URL('./worker.json', import.meta.url)

let built: Promise<BuiltWorker> | undefined

/** The Worker, out of the package, or bundled once from the source. */
export function loadWorker(): Promise<BuiltWorker> {
  built ??= existsSync(SCRIPT) ? fromPackage() : fromSource()
  return built
}

async function fromPackage(): Promise<BuiltWorker> {
  const facts = JSON.parse(await readFile(FACTS, 'utf8'))
  return { ...facts, script: await readFile(SCRIPT, 'utf8') }
}

async function fromSource(): Promise<BuiltWorker> {
  // Not in the package, which comes with the Worker built.
  const { bundleWorker } = await import('./bundle.ts')
  return bundleWorker(fileURLToPath(new URL('../../', import.meta.url)))
}

/** The version of the package. */
export function packageVersion(): string {
  const levels = ['../package.json', '../../package.json']
  const file = levels.map((each) => new URL(each, import.meta.url)).find((url) => existsSync(url))
  return file ? JSON.parse(readFileSync(file, 'utf8')).version : 'unknown'
}
