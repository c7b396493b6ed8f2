/**
 * Runs tests for StrykerJS in one worker of Vitest that has imported all test files. A start of Vitest for
 * each mutant takes ten times as long as its tests.
 */
import {
  type RunnerTestCase,
  type RunnerTestFile,
  type RunnerTestSuite,
  TestRunner,
  vi,
} from 'vitest'
import { chosen } from './chosen'
import {
  CHANNEL,
  type Coverage,
  type Mutant,
  type Question,
  type Reply,
  type TestRun,
} from './protocol'

/** The object that the code of StrykerJS in the sources reads and writes. */
type Instrument = {
  activeMutant?: string
  currentTestId?: string
  hitCount?: number
  hitLimit?: number
  mutantCoverage?: Coverage
}
const shared = globalThis as { __stryker__?: Instrument }
shared.__stryker__ ??= {}
const instrument = shared.__stryker__

const idOf = (test: RunnerTestCase) => `${test.file.name}#${test.fullTestName}`
const testsOf = (suite: RunnerTestSuite): RunnerTestCase[] =>
  suite.tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]))

// With more tests that fail without a mutant, the worker is started again.
const MOST_UNRELIABLE = 8
const MOST_DETECTORS = 10

/** Ends a run at its first failure. */
class Failed extends Error {
  constructor(readonly run: TestRun) {
    super(run.failure)
  }
}

export default class WarmRunner extends TestRunner {
  readonly #files: RunnerTestFile[] = []
  /** The tests that failed last for each file, the latest first. They often detect its next mutant as well. */
  readonly #detectors = new Map<string, string[]>()
  /** The tests that have failed without a mutant. */
  readonly #unreliable = new Set<string>()
  /** Whether no mutant was active here yet. */
  #isFresh = true
  /** Whether a mutant has left something behind that makes tests fail. */
  #isSpoilt = false

  /** Keeps the tests of a file instead of running them, and answers StrykerJS after the last file. */
  async onBeforeRunFiles(files: RunnerTestFile[]): Promise<void> {
    this.#files.push(...files)
    for (const file of files) file.mode = 'skip'
    if (this.#files.length < this.injectValue('testFiles')) return
    const channel = new BroadcastChannel(CHANNEL)
    const questions: Question[] = []
    let wake = () => {}
    channel.onmessage = ({ data }: MessageEvent) => {
      questions.push(data as Question)
      wake()
    }
    channel.postMessage({ kind: 'ready' } satisfies Reply)
    for (;;) {
      const question = questions.shift()
      if (question) channel.postMessage(await this.#answer(question))
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  async #answer(question: Question): Promise<Reply> {
    if (question.kind === 'all') {
      const tests: TestRun[] = []
      for (const file of this.#files)
        await this.#runSuite(file, undefined, (run) => tests.push(run))
      return {
        kind: 'ran',
        tests: await this.#reliable(tests),
        coverage: instrument.mutantCoverage ?? { static: {}, perTest: {} },
      }
    }
    return this.#test(question)
  }

  /** Leaves out the tests that fail a second time, instead of ending a run that takes hours. */
  async #reliable(tests: TestRun[]): Promise<TestRun[]> {
    const failed = tests.filter(({ failure }) => failure !== undefined)
    const passing = await this.#passing(new Set(failed.map(({ id }) => id)))
    for (const { id, failure } of failed) {
      if (passing.has(id)) continue
      this.#unreliable.add(id)
      process.stderr.write(`Left out, because it fails without a mutant: ${id}: ${failure}\n`)
    }
    return tests.filter(({ id }) => !this.#unreliable.has(id)).map(({ failure: _, ...run }) => run)
  }

  /** Runs tests with a mutant until one fails. */
  async #test(mutant: Mutant): Promise<Reply> {
    if (this.#isSpoilt) return { kind: 'spoilt' }
    instrument.hitCount = 0
    instrument.hitLimit = mutant.hitLimit
    let ran = 0
    const stopAtFailure = (run: TestRun) => {
      ran++
      if (run.failure !== undefined) throw new Failed(run)
    }
    const tests = mutant.tests?.filter((id) => !this.#unreliable.has(id))
    const known = this.#detectors.get(mutant.fileName) ?? []
    try {
      for (const group of chosen({ ...mutant, tests }, known)) {
        const wanted = this.#isFresh ? await this.#passing(group) : group
        instrument.activeMutant = mutant.id
        for (const file of this.#files) await this.#runSuite(file, wanted, stopAtFailure)
        instrument.activeMutant = undefined
      }
      this.#isFresh = false
      return { kind: 'survived', tests: ran }
    } catch (error) {
      instrument.activeMutant = undefined
      if (!(error instanceof Failed)) throw error
      return await this.#confirm(mutant, error.run, ran)
    }
  }

  /** Decides about a test that failed, which runs once more without the mutant. */
  async #confirm(mutant: Mutant, by: TestRun, tests: number): Promise<Reply> {
    const isFirst = this.#isFresh
    this.#isFresh = false
    const isEndless = (instrument.hitCount ?? 0) > (mutant.hitLimit ?? Number.POSITIVE_INFINITY)
    const passes = (await this.#passing(new Set([by.id]))).has(by.id)
    const before = this.#detectors.get(mutant.fileName) ?? []
    const latest = [by.id, ...before.filter((id) => id !== by.id)].slice(0, MOST_DETECTORS)
    if (passes) this.#detectors.set(mutant.fileName, latest)
    // The first mutant of a worker has spoilt it, because the test passed before.
    else if (isFirst) this.#isSpoilt = true
    if (isEndless) return { kind: 'endless', tests }
    if (passes || isFirst) return { kind: 'killed', tests, by }
    // It needs the tests before it, or an earlier mutant has left something behind.
    this.#unreliable.add(by.id)
    this.#isSpoilt = this.#unreliable.size > MOST_UNRELIABLE
    return this.#test(mutant)
  }

  /** Returns those of some tests that pass without a mutant. */
  async #passing(wanted: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const passing = new Set<string>()
    for (const file of this.#files) {
      await this.#runSuite(file, wanted, (run) => {
        if (run.failure === undefined) passing.add(run.id)
      })
    }
    return passing
  }

  async #runSuite(
    suite: RunnerTestSuite,
    wanted: ReadonlySet<string> | undefined,
    after: (run: TestRun) => void,
  ): Promise<void> {
    const tests = testsOf(suite).filter(
      (test) => test.mode !== 'skip' && test.mode !== 'todo' && (wanted?.has(idOf(test)) ?? true),
    )
    const [first] = tests
    if (!first) return
    const hooks = TestRunner.getSuiteHooks(suite)
    const cleanups: unknown[] = []
    try {
      const hookId = `hooks of ${suite.id}`
      instrument.currentTestId = hookId
      try {
        for (const hook of hooks.beforeAll) cleanups.push(await hook(suite))
      } catch (error) {
        after({ id: idOf(first), file: suite.file.name, milliseconds: 0, failure: String(error) })
        return
      }
      this.#shareCoverage(hookId, tests)
      for (const task of suite.tasks) {
        if (task.type === 'suite') await this.#runSuite(task, wanted, after)
        else if (tests.includes(task)) after(await this.#runTest(task))
      }
    } finally {
      instrument.currentTestId = undefined
      const ends = [...hooks.afterAll.map((hook) => () => hook(suite)), ...cleanups]
      for (const end of ends) if (typeof end === 'function') await end()
      if (suite === suite.file) vi.restoreAllMocks()
    }
  }

  /** Counts what the hooks of a suite covered as covered by each of its tests. */
  #shareCoverage(hookId: string, tests: RunnerTestCase[]): void {
    const perTest = instrument.mutantCoverage?.perTest
    const covered = perTest?.[hookId]
    if (!perTest || !covered) return
    delete perTest[hookId]
    for (const test of tests) perTest[idOf(test)] = { ...covered, ...perTest[idOf(test)] }
  }

  async #runTest(test: RunnerTestCase): Promise<TestRun> {
    const started = performance.now()
    const suites: RunnerTestSuite[] = []
    for (let suite = test.suite; suite; suite = suite.suite) suites.unshift(suite)
    if (suites[0] !== test.file) suites.unshift(test.file)
    const cleanups: unknown[] = []
    let failure: string | undefined
    const attempt = async (step: () => unknown) => {
      try {
        await step()
      } catch (error) {
        failure ??= String(error)
      }
    }
    instrument.currentTestId = idOf(test)
    test.result = { state: 'run', startTime: Date.now() }
    await attempt(async () => {
      for (const suite of suites) {
        for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) {
          cleanups.push(await hook(test.context, suite))
        }
      }
      await TestRunner.getTestFn(test)()
    })
    for (const suite of suites.reverse()) {
      for (const hook of TestRunner.getSuiteHooks(suite).afterEach) {
        await attempt(() => hook(test.context, suite))
      }
    }
    for (const cleanup of cleanups)
      if (typeof cleanup === 'function') await attempt(() => cleanup())
    const milliseconds = performance.now() - started
    return { id: idOf(test), file: test.file.name, milliseconds, ...(failure && { failure }) }
  }
}
