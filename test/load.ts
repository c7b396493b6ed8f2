/**
 * `npm run load`: the races, grant lives, resets and kills of `npm test`, at full size, on both engines, and what
 * `npm test` runs in Node alone, in workerd. Prints how long each part took. `npm run load -- resets` runs one part.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

type Part = { tests: string[]; projects: string[]; openFiles?: number; flows?: number }

const PARTS: Record<string, Part> = {
  races: {
    tests: ['test/flow/load.test.ts', 'test/flow/grant-life.test.ts'],
    projects: ['worker', 'node'],
  },
  // A reset that leaves objects behind keeps their files open.
  resets: { tests: ['test/store/resets.test.ts'], projects: ['worker', 'node'], openFiles: 1024 },
  // `npm run soak` runs many more, in Node.
  soak: { tests: ['test/store/soak.test.ts'], projects: ['worker'], flows: 320 },
  // Everything with reporting off, in workerd too.
  golden: { tests: ['test/golden'], projects: ['worker'] },
  kills: { tests: ['test/server/kill.test.ts'], projects: ['outside', 'command'] },
}

const requested = process.argv.slice(2)
for (const name of requested) {
  if (!Object.hasOwn(PARTS, name))
    throw new Error(`Unknown part ${name}: expected one of ${Object.keys(PARTS).join(', ')}`)
}
for (const [name, { tests, projects, openFiles, flows }] of Object.entries(PARTS)) {
  if (requested.length > 0 && !requested.includes(name)) continue
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--mode', 'full', ...tests]
  const command = [process.execPath, ...vitest, ...projects.flatMap((each) => ['--project', each])]
  // Windows has no such limit.
  if (openFiles !== undefined && process.platform !== 'win32') {
    command.unshift('sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh')
  }
  const started = Date.now()
  const [file = '', ...args] = command
  const env = { ...process.env, ...(flows && { FLOWS: String(flows) }) }
  const [code] = await once(spawn(file, args, { stdio: 'inherit', env }), 'exit')
  if (code !== 0) process.exit(1)
  console.log(`${name}: ${Math.round((Date.now() - started) / 1000)} s`)
}
