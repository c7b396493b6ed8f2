/**
 * `npm run bench -- [node] [speed] [start] [memory] [growth]`: the table on standard error, JSON on standard
 * output. Everything where nothing is named; `ROUNDS` and `LARGEST` are other sizes.
 */
import { type Figure, jsonOf, tableOf } from './figures.ts'
import { growth } from './growth.ts'
import { memory } from './memory.ts'
import { node } from './node.ts'
import { speed } from './speed.ts'
import { start } from './start.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const LARGEST = Number(process.env.LARGEST ?? 50_000)

const SECTIONS: Record<string, () => Promise<Figure[]>> = {
  node: () => node(ROUNDS, 100),
  speed: () => speed(ROUNDS, 150),
  start: () => start(ROUNDS),
  memory: () => memory(10_000),
  growth: () => growth([10, 1000, LARGEST], ROUNDS, 60),
}

const asked = process.argv.slice(2)
for (const name of asked) {
  if (!Object.hasOwn(SECTIONS, name))
    throw new Error(`no section ${name}: ${Object.keys(SECTIONS).join(', ')}`)
}
const figures: Figure[] = []
for (const [name, section] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const found = await section()
  console.error(`${tableOf(found)}\n`)
  figures.push(...found)
}
console.log(jsonOf(figures))
// Connections that are kept would keep the process.
process.exit(0)
