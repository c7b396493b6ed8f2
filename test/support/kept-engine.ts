import { join } from 'node:path'
import { keptEngine } from '../../src/node/kept-engine'

/** Bundles the engine once, before servers that start at the same time would each do it. */
export async function setup(): Promise<void> {
  await keptEngine(join(import.meta.dirname, '../..'))
}
