import { readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { keep } from './kept.ts'

const FOLDER = '.wrangler/start'
const ALSO = ['src/node/bundle.ts', 'tsconfig.json']
// Editors may write a file in several steps.
const AFTER_SAVE_MS = 100
// wrangler parses the entry to learn its exports. If the entry were the whole bundle, that would take
// as long as a bare Worker's whole start.
const ENTRY = "export * from './worker.js'\nexport { default } from './worker.js'\n"

/**
 * Bundles the Worker for `wrangler dev --no-bundle`, unless the kept bundle is newer than its sources.
 * Bundling takes a third of a start.
 *
 * @returns the path of the entry
 */
export async function keptBundle(root: string): Promise<string> {
  const folder = join(root, FOLDER)
  await keep(root, folder, ALSO, async () => {
    // Loading esbuild takes as long as finding out that it is not needed.
    const { bundleWorker } = await import('./bundle.ts')
    const { inputs, map, script } = await bundleWorker(root)
    const worker = `${script}//# sourceMappingURL=worker.js.map\n`
    return { files: { 'worker.js.map': map, 'worker.js': worker, 'index.js': ENTRY }, inputs }
  })
  return join(folder, 'index.js')
}

/** Bundles again whenever a source is saved. wrangler watches the bundle and reloads it. */
export function bundleAfterChanges(root: string): void {
  let soon: NodeJS.Timeout | undefined
  let bundling: Promise<unknown> = Promise.resolve()
  const bundleSoon = () => {
    clearTimeout(soon)
    soon = setTimeout(() => {
      bundling = bundling.then(() => keptBundle(root)).catch(console.error)
    }, AFTER_SAVE_MS)
  }
  // One watcher for each folder: a recursive one loses a file that an editor replaces.
  const sources = join(root, 'src')
  const entries = readdirSync(sources, { recursive: true, withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory())
  watch(sources, bundleSoon).unref()
  for (const { name, parentPath } of folders) watch(join(parentPath, name), bundleSoon).unref()
}
