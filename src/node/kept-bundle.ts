import { readdirSync, watch } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const FOLDER = '.wrangler/start'
// What says how it is bundled.
const ALSO = ['src/node/bundle.ts', 'tsconfig.json']
// An editor may write a file in several steps.
const SAVED_MS = 100
// wrangler reads its entry to see what it exports, which takes as long as a bare Worker's whole start
// where the entry is everything.
const ENTRY = "export * from './worker.js'\nexport { default } from './worker.js'\n"

/**
 * The Worker bundled for `wrangler dev --no-bundle`, and kept until one of its sources changes:
 * bundling takes a third of a start.
 *
 * @returns the path of the entry
 */
export async function keptBundle(root: string): Promise<string> {
  const folder = join(root, FOLDER)
  const entry = join(folder, 'index.js')
  if (await isFresh(root, join(folder, 'inputs.json'))) return entry
  // Only where it is needed: to load it takes as long as to see that it is not.
  const { bundleWorker } = await import('./bundle.ts')
  const startedMs = Date.now()
  const { inputs, map, script } = await bundleWorker(root)
  const stamps = await stampsOf(root, [...inputs, ...ALSO])
  // What was saved meanwhile may not be in it.
  if (Object.values(stamps).some((stamp) => stamp > startedMs)) return keptBundle(root)
  await mkdir(folder, { recursive: true })
  await put(join(folder, 'worker.js.map'), map)
  await put(join(folder, 'worker.js'), `${script}//# sourceMappingURL=worker.js.map\n`)
  await put(entry, ENTRY)
  await put(join(folder, 'inputs.json'), JSON.stringify(stamps))
  return entry
}

/** Bundles anew whenever a source is saved; wrangler watches the bundle, and begins anew with it. */
export function bundleAnewAfterChanges(root: string): void {
  let soon: NodeJS.Timeout | undefined
  let bundling: Promise<unknown> = Promise.resolve()
  const changed = () => {
    clearTimeout(soon)
    soon = setTimeout(() => {
      bundling = bundling.then(() => keptBundle(root)).catch(console.error)
    }, SAVED_MS)
  }
  // Each folder by itself: a recursive watch loses a file that an editor puts a new one in the place of.
  const sources = join(root, 'src')
  const entries = readdirSync(sources, { recursive: true, withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory())
  watch(sources, changed).unref()
  for (const { name, parentPath } of folders) watch(join(parentPath, name), changed).unref()
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

// When each was written.
async function stampsOf(root: string, paths: string[]): Promise<Record<string, number>> {
  const stamps = paths.map(async (path) => [path, (await stat(join(root, path))).mtimeMs] as const)
  return Object.fromEntries(await Promise.all(stamps))
}

// At once, because another start may read it; and not where it is the same, because `wrangler dev`
// begins anew with what it watches.
async function put(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return
  const written = join(dirname(file), `.${process.pid}.tmp`)
  await writeFile(written, text)
  await rename(written, file)
}
