import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ClientEntry } from './table.ts'

const run = promisify(execFile)

/** A package that can be used, or the reason why it cannot. */
export type Provided =
  | { version: string; folder: string; remove(): Promise<void> }
  | { missing: string }

/** Finds a package in this project, or installs it into a temporary folder, by default its newest version. */
export async function provide(
  { from, name, version = 'latest' }: ClientEntry['package'] & { version?: string },
  root: string,
): Promise<Provided> {
  if (from === 'here') return { ...(await installed(root, name)), remove: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'client-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    if (from === 'npm') {
      await run('npm', [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        `${name}@${version}`,
      ])
      return { ...(await installed(folder, name)), remove }
    }
    await run('python3', ['-m', 'venv', folder])
    const python = join(folder, 'bin/python')
    // Without an index, pip would try five times for each dependency.
    await run(python, ['-m', 'pip', 'install', '--quiet', '--retries', '1', name])
    const print = `import importlib.metadata; print(importlib.metadata.version('${name}'))`
    const { stdout } = await run(python, ['-c', print])
    return { version: stdout.trim(), folder, remove }
  } catch {
    await remove()
    return { missing: `${name} could not be installed from ${from === 'npm' ? 'npm' : 'PyPI'}` }
  }
}

async function installed(folder: string, name: string) {
  const file = join(folder, 'node_modules', name, 'package.json')
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string }
  return { version, folder }
}
