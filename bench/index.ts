/**
 * `npm run bench -- [node] [project] [speed] [portals] [start] [memory] [growth]`: runs the named sections, or all of them. Prints a
 * table to standard error and JSON to standard output. The variables `ROUNDS` and `LARGEST` set other
 * sizes.
 *
 * This folder compares the emulator with a bare Hono Worker (bare/) and with
 * @cloudflare/workers-oauth-provider (provider/) under the same `wrangler dev`, and the
 * package with `emulate` (node.ts). In a project with Vitest, the package stands beside a bare server of
 * `node:http` (project.ts).
 */
import { type Figure, jsonOf, tableOf } from './figures.ts'
import { growth } from './growth.ts'
import { memory } from './memory.ts'
import { node } from './node.ts'
import { portals } from './portals.ts'
import { project } from './project.ts'
import { speed } from './speed.ts'
import { start } from './start.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const LARGEST = Number(process.env.LARGEST ?? 50_000)

const SECTIONS: Record<string, () => Promise<Figure[]>> = {
  node: () => node(ROUNDS, 100),
  project: () => project(ROUNDS),
  speed: () => speed(ROUNDS, 150),
  portals: () => portals(ROUNDS, 150),
  start: () => start(ROUNDS),
  memory: () => memory(10_000),
  growth: () => growth([10, 1000, LARGEST], ROUNDS, 60),
}

const requested = process.argv.slice(2)
for (const name of requested) {
  if (!Object.hasOwn(SECTIONS, name))
    throw new Error(`Unknown section ${name}: expected one of ${Object.keys(SECTIONS).join(', ')}`)
}
const figures: Figure[] = []
for (const [name, section] of Object.entries(SECTIONS)) {
  if (requested.length > 0 && !requested.includes(name)) continue
  const found = await section()
  console.error(`${tableOf(found)}\n`)
  figures.push(...found)
}
console.log(jsonOf(figures))
// Connections that stay open would keep the process alive.
process.exit(0)
