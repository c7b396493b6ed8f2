import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The result of a bundler: the text of each file, and the paths of its sources. */
export type Bundled = { files: Record<string, string>; inputs: string[] }

/**
 * Writes a bundle to a folder, unless the bundle there is newer than its sources.
 *
 * @param also files that decide how it is bundled
 */
export async function keep(
  root: string,
  folder: string,
  also: string[],
  bundle: () => Promise<Bundled>,
): Promise<void> {
  if (await isFresh(root, join(folder, 'inputs.json'))) return
  const startedMs = Date.now()
  const { files, inputs } = await bundle()
  const stamps = await stampsOf(root, [...inputs, ...also])
  // A source that was saved meanwhile may not be in the bundle.
  if (Object.values(stamps).some((stamp) => stamp > startedMs)) {
    return keep(root, folder, also, bundle)
  }
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) await replace(join(folder, name), text)
  await replace(join(folder, 'inputs.json'), JSON.stringify(stamps))
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
