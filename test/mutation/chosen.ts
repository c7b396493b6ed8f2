import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Coverage } from './protocol'

// In the sandbox of StrykerJS, which is the current folder.
const RANKING = '.ranking.json'

// Tests over HTTP take a hundred times as long as those of a pure rule, so a mutant runs only some of them:
// those that cover the fewest mutants, which are the most specific, and others evenly from the rest. The
// score is a lower bound.
const MOST_SPECIFIC = 40
const MOST_OTHERS = 110

const isPure = (id: string) => id.startsWith('test/rules/')

/** Writes the order in which tests run against a mutant: pure ones first, then by how little they cover. */
export function rankTests({ perTest }: Coverage): void {
  const size = (id: string) => Object.keys(perTest[id] ?? {}).length
  const rank = (id: string) => size(id) + (isPure(id) ? 0 : 1_000_000)
  writeFileSync(RANKING, JSON.stringify(Object.keys(perTest).sort((a, b) => rank(a) - rank(b))))
}

let ranking: string[] | undefined

/**
 * Chooses the tests to run against a mutant, in groups: the likely ones first.
 *
 * @param covering the tests that cover the mutant
 * @param detectors the tests that failed for the mutants before
 */
export function chosen(covering: string[] | undefined, detectors: string[]): ReadonlySet<string>[] {
  if (!ranking && existsSync(RANKING))
    ranking = JSON.parse(readFileSync(RANKING, 'utf8')) as string[]
  const wanted = new Set(covering ?? ranking)
  const likely = detectors.filter((id) => wanted.has(id))
  const ranked = (ranking ?? [...wanted]).filter((id) => wanted.has(id) && !likely.includes(id))
  const pure = ranked.filter(isPure)
  const overHttp = ranked.filter((id) => !isPure(id))
  const others = overHttp.slice(MOST_SPECIFIC)
  const step = Math.max(1, others.length / MOST_OTHERS)
  const spread = others.filter((_, index) => Math.floor(index % step) === 0)
  return [likely, pure, overHttp.slice(0, MOST_SPECIFIC), spread].map((group) => new Set(group))
}
