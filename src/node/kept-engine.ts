import { join } from 'node:path'
import { keep } from './kept.ts'

// Vitest does not transform modules in a folder of this name.
const FOLDER = '.wrangler/node_modules'
const ALSO = ['src/node/bundle-engine.ts', 'tsconfig.json', 'wrangler.toml']

/**
 * Bundles the engine from the source, unless the kept bundle is newer than its sources. Bundling takes
 * longer than the rest of a start.
 *
 * @returns the path of the bundle
 */
export async function keptEngine(root: string): Promise<string> {
  const folder = join(root, FOLDER)
  await keep(root, folder, ALSO, async () => {
    const { bundleEngine } = await import('./bundle-engine.ts')
    return bundleEngine(root)
  })
  return join(folder, 'engine.mjs')
}
