/** Makes every run a sample until it is complete. JavaScript, as StrykerJS loads it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'

const FOLDER = '.stryker'

/**
 * Orders the mutants at random, so that a run which is ended early is an even sample. Keeps the score of each
 * folder and the mutants that survived in `.stryker/sample.txt`, because StrykerJS reports them after the last.
 *
 * @implements {import('@stryker-mutator/api/report').Reporter}
 */
export class Sample {
  /** @type {Map<string, { covered: number, uncovered: number, tested: number, detected: number, timeouts: number }>} */
  #folders = new Map()
  /** @type {string[]} */
  #survivors = []

  constructor() {
    mkdirSync(FOLDER, { recursive: true })
  }

  /** @param {import('@stryker-mutator/api/report').MutationTestingPlanReadyEvent} event */
  onMutationTestingPlanReady({ mutantPlans }) {
    const order = new Map(mutantPlans.map((plan) => [plan, Math.random()]))
    // StrykerJS tests the mutants in the order of this list.
    mutantPlans.sort((a, b) => order.get(a) - order.get(b))
    for (const { mutant } of mutantPlans) {
      if (mutant.status === 'Ignored') continue
      const folder = this.#folderOf(mutant.fileName)
      if (mutant.coveredBy?.length) folder.covered++
      else folder.uncovered++
    }
  }

  /** @param {import('@stryker-mutator/api/core').MutantResult} mutant */
  onMutantTested(mutant) {
    const { status, fileName } = mutant
    if (status === 'Ignored') return
    const folder = this.#folderOf(fileName)
    if (status !== 'NoCoverage') folder.tested++
    if (status === 'Timeout') folder.timeouts++
    if (status === 'Killed' || status === 'Timeout') folder.detected++
    else this.#survivors.push(`${status} ${described(mutant)}`)
    const scores = [...this.#folders].map(([name, counts]) => `${name}: ${scored(counts)}`).sort()
    writeFileSync(`${FOLDER}/sample.txt`, [...scores, '', ...this.#survivors, ''].join('\n'))
  }

  #folderOf(fileName) {
    const name = relative('src', fileName).split(/[/\\]/)[0]
    const none = { covered: 0, uncovered: 0, tested: 0, detected: 0, timeouts: 0 }
    return this.#folders.get(name) ?? this.#folders.set(name, none).get(name)
  }
}

/** Estimates a score. No test detects a mutant that none covers, and all of those are known at the start. */
function scored({ covered, uncovered, tested, detected, timeouts }) {
  const share = (detected / (tested || 1)) * (covered / (covered + uncovered))
  const score = `${(100 * share).toFixed(1)} %`
  const sample = `${detected} detected (${timeouts} by time) of ${tested} tested, of ${covered}`
  return `${score}: ${sample}; ${uncovered} without a test`
}

function described({ fileName, location: { start, end }, mutatorName, replacement }) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  const [first, ...others] = lines.map((line) => line.trim())
  const source = others.length ? `${first} ... ${others.at(-1)}` : first
  const place = `${relative('', fileName)}:${start.line}:${start.column}`
  return `${place} ${mutatorName}\n  ${source}\n  -> ${replacement?.replace(/\s+/g, ' ')}`
}
