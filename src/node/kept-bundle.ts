import { readdirSync, watch } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const FOLDER = '.wrangler/start'
// Files that decide how the Worker is bundled.
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
  const entry = join(folder, 'index.js')
  if (await isFresh(root, join(folder, 'inputs.json'))) return entry
  // Loading esbuild takes as long as finding out that it is not needed.
  const { bundleWorker } = await import('./bundle.ts')
  const startedMs = Date.now()
  const { inputs, map, script } = await bundleWorker(root)
  const stamps = await stampsOf(root, [...inputs, ...ALSO])
  // A source that was saved meanwhile may not be in the bundle.
  if (Object.values(stamps).some((stamp) => stamp > startedMs)) return keptBundle(root)
  await mkdir(folder, { recursive: true })
  await replace(join(folder, 'worker.js.map'), map)
  await replace(join(folder, 'worker.js'), `${script}//# sourceMappingURL=worker.js.map\n`)
  await replace(entry, ENTRY)
  await replace(join(folder, 'inputs.json'), JSON.stringify(stamps))
  return entry
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

async function isFresh(root: string, file: string): Promise<boolean> {
  try {
    const known = JSON.parse(await readFile(file, 'utf8')) as Record<string, number>
    const now = await stampsOf(root, Object.keys(known))
    return Object.entries(known).every(([path, stamp]) => now[path] === stamp)
  } catch {
    return false
  }
}

// Returns the time at which each file was written.
async function stampsOf(root: string, paths: string[]): Promise<Record<string, number>> {
  const stamps = paths.map(async (path) => [path, (await stat(join(root, path))).mtimeMs] as const)
  return Object.fromEntries(await Promise.all(stamps))
}

// Replaces a file atomically, because another start may be reading it. Leaves a file with the same text
// alone, because `wrangler dev` reloads when a file changes.
async function replace(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return
  const written = join(dirname(file), `.${process.pid}.tmp`)
  await writeFile(written, text)
  await rename(written, file)
}
