import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Coverage, Mutant } from './protocol'

// In the sandbox of StrykerJS, which is the current folder.
const RANKING = '.ranking.json'

// Tests over HTTP take a hundred times as long as those of a pure rule, so a mutant runs only some of them:
// those that reach the rarely reached code next to it, for example the refusal below a condition;
// those whose titles share words with the code, for example the row of a rule; those that cover the fewest
// mutants, which are the most specific; and others evenly from the rest. The score is a lower bound.
const MOST_NEAR = 40
const MOST_TITLED = 40
const MOST_SPECIFIC = 40
const MOST_OTHERS = 60
const NEIGHBOURS = 12

/** What the coverage says about the order in which tests run. */
type Ranking = {
  /** Pure tests first, then by how little they cover. */
  tests: string[]
  /** For each mutant, the indices of the tests that cover it and the rarest code next to it. */
  near: Record<string, number[]>
}

const isPure = (id: string) => id.startsWith('test/rules/')

/** Writes the order in which tests run against a mutant. */
export function rankTests({ perTest }: Coverage): void {
  const size = (id: string) => Object.keys(perTest[id] ?? {}).length
  const rank = (id: string) => size(id) + (isPure(id) ? 0 : 1_000_000)
  const tests = Object.keys(perTest).sort((a, b) => rank(a) - rank(b))
  const covering = new Map<string, Set<number>>()
  for (const [index, test] of tests.entries()) {
    if (isPure(test)) continue
    for (const mutant of Object.keys(perTest[test] ?? {})) {
      covering.set(mutant, (covering.get(mutant) ?? new Set()).add(index))
    }
  }
  const near = Object.fromEntries([...covering.keys()].map((id) => [id, nearest(id, covering)]))
  writeFileSync(RANKING, JSON.stringify({ tests, near } satisfies Ranking))
}

// StrykerJS numbers the mutants in the order of the source.
function nearest(id: string, covering: ReadonlyMap<string, ReadonlySet<number>>): number[] {
  const own = covering.get(id)
  const first = Number(id) - NEIGHBOURS
  const neighbours = Array.from({ length: 2 * NEIGHBOURS + 1 }, (_, index) => `${first + index}`)
  const rarest = neighbours
    .flatMap((neighbour) => covering.get(neighbour) ?? [])
    .sort((a, b) => a.size - b.size)
  const tests = rarest.flatMap((each) => [...each].filter((index) => own?.has(index)))
  return [...new Set(tests)].slice(0, MOST_NEAR)
}

/** Returns the words of a title or of code: rows such as `t12`, and the parts of names. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.match(/[A-Z]+\d+|[A-Z]?[a-z]{3,}/g) ?? []
  return new Set(words.map((word) => word.toLowerCase()))
}

const titles = new Map<string, ReadonlySet<string>>()

// The fewer titles contain a word, the more it counts. The row of a rule counts more than other words.
function titled(tests: string[], source: string): string[] {
  for (const id of tests) if (!titles.has(id)) titles.set(id, wordsOf(id.replace(/^.*?#/, '')))
  const all = [...titles.values()]
  const weights = [...wordsOf(source)].map((word): [word: string, weight: number] => {
    const count = all.filter((words) => words.has(word)).length
    const rarity = Math.log(all.length / (count || all.length))
    return [word, /\d/.test(word) ? 5 * rarity : rarity]
  })
  const weigh = (id: string) =>
    weights.reduce((sum, [word, weight]) => sum + (titles.get(id)?.has(word) ? weight : 0), 0)
  const weighed = tests.map((id) => ({ id, weight: weigh(id) })).filter(({ weight }) => weight > 0)
  const best = weighed.sort((a, b) => b.weight - a.weight).slice(0, MOST_TITLED)
  return best.map(({ id }) => id)
}

let ranking: Ranking | undefined

/**
 * Chooses the tests to run against a mutant, in groups: the likely ones first.
 *
 * @param detectors the tests that failed for the mutants before
 */
export function chosen(
  { id: mutant, source, tests: covering }: Mutant,
  detectors: string[],
): ReadonlySet<string>[] {
  if (!ranking && existsSync(RANKING))
    ranking = JSON.parse(readFileSync(RANKING, 'utf8')) as Ranking
  const { tests = covering ?? [], near = {} } = ranking ?? {}
  const wanted = new Set(covering ?? tests)
  const likely = detectors.filter((id) => wanted.has(id))
  const close = new Set((near[mutant] ?? []).flatMap((index) => tests[index] ?? []))
  const ranked = tests.filter((id) => wanted.has(id) && !likely.includes(id))
  const pure = ranked.filter(isPure)
  const nearby = ranked.filter((id) => close.has(id))
  const further = ranked.filter((id) => !isPure(id) && !close.has(id))
  const named = new Set(titled(further, source))
  const overHttp = further.filter((id) => !named.has(id))
  const others = overHttp.slice(MOST_SPECIFIC)
  const step = Math.max(1, others.length / MOST_OTHERS)
  const spread = others.filter((_, index) => Math.floor(index % step) === 0)
  const groups = [likely, pure, nearby, [...named], overHttp.slice(0, MOST_SPECIFIC), spread]
  return groups.map((group) => new Set(group))
}
