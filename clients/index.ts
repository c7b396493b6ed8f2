/**
 * `npm run clients`: runs the clients of `table.ts` through `access-oauth-emulator check`, and writes
 * docs/clients.md. `npm run clients -- <id>` runs one of them and keeps the results of the others.
 */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Result } from '../src/node/check/index.ts'
import { provide } from './packages.ts'
import { pageOf, type Recorded, type Results, recorded } from './page.ts'
import { CLIENTS, type ClientEntry } from './table.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const RESULTS = join(root, 'clients/results.json')
const PAGE = join(root, 'docs/clients.md')
// A client may start several programs one after the other, each of which takes its time.
const LIMITS = ['--limit', '120', '--idle', '30']
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

const ids = process.argv.slice(2)
const unknown = ids.find((id) => !CLIENTS.some((client) => client.id === id))
if (unknown !== undefined) {
  console.error(`Unknown client ${unknown}: expected ${CLIENTS.map(({ id }) => id).join(', ')}`)
  process.exit(2)
}
const results: Results = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}'))
for (const client of CLIENTS.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
  console.error(`${client.name} ...`)
  try {
    results[client.id] = await recordOf(client)
  } catch (error) {
    // The other clients run, and the page keeps the earlier results of this one.
    console.error(error)
    process.exitCode = 1
  }
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`)
  await writeFile(PAGE, pageOf(CLIENTS, results))
}

async function recordOf(client: ClientEntry): Promise<Recorded> {
  const date = new Date().toISOString().slice(0, 10)
  const provided = await provide(client.package, root)
  if ('missing' in provided) return { date, missing: provided.missing }
  try {
    return { date, version: provided.version, situations: await check(client, provided.folder) }
  } finally {
    await provided.remove()
  }
}

async function check(
  { command, id }: ClientEntry,
  folder: string,
): Promise<Recorded['situations']> {
  const program = [process.execPath, `clients/programs/${id}.ts`, '{url}', '{folder}']
  const filled = (command ?? program).map((each) => each.replace('{folder}', folder))
  const args = ['src/node/cli.ts', 'check', '--json', ...LIMITS, '--', ...filled]
  const options = { cwd: root, maxBuffer: MOST_OUTPUT_BYTES }
  // The exit status is 1 if a MUST is violated.
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch((error) => {
    if (error.code !== 1 || !error.stdout) throw error
    return error as { stdout: string }
  })
  return recorded((JSON.parse(stdout) as { situations: Result[] }).situations)
}
