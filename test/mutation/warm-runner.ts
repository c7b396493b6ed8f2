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

/** Ends a run at its first failure. */
class Failed extends Error {
  constructor(readonly run: TestRun) {
    super(run.failure)
  }
}

export default class WarmRunner extends TestRunner {
  readonly #files: RunnerTestFile[] = []
  /** The tests that failed last, the latest first. They often detect the next mutant as well. */
  #detectors: string[] = []
  /** The tests that fail without the tests before them. */
  readonly #dependent = new Set<string>()

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
        tests,
        coverage: instrument.mutantCoverage ?? { static: {}, perTest: {} },
      }
    }
    return this.#test(question)
  }

  /** Runs tests with a mutant until one fails. */
  async #test(mutant: Mutant): Promise<Reply> {
    instrument.hitCount = 0
    instrument.hitLimit = mutant.hitLimit
    let tests = 0
    const stopAtFailure = (run: TestRun) => {
      tests++
      if (run.failure !== undefined) throw new Failed(run)
    }
    const covering = mutant.tests?.filter((id) => !this.#dependent.has(id))
    try {
      for (const group of chosen(covering, this.#detectors)) {
        for (const file of this.#files) {
          instrument.activeMutant = mutant.id
          await this.#runSuite(file, group, stopAtFailure)
        }
      }
      return { kind: 'survived', tests }
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      if (instrument.hitCount > (mutant.hitLimit ?? Number.POSITIVE_INFINITY)) {
        return { kind: 'endless', tests }
      }
      return await this.#confirm(mutant, error.run, tests)
    } finally {
      instrument.activeMutant = undefined
    }
  }

  /** Runs a test that failed once more, without the mutant. */
  async #confirm(mutant: Mutant, by: TestRun, tests: number): Promise<Reply> {
    instrument.activeMutant = undefined
    if (await this.#passes(by, new Set([by.id]))) {
      this.#detectors = [by.id, ...this.#detectors.filter((id) => id !== by.id)].slice(0, 10)
      return { kind: 'killed', tests, by }
    }
    if (!(await this.#passes(by, undefined))) return { kind: 'spoilt', by }
    // It needs the tests before it.
    this.#dependent.add(by.id)
    return this.#test(mutant)
  }

  async #passes({ id, file: name }: TestRun, wanted: ReadonlySet<string> | undefined) {
    const failed = new Set<string>()
    for (const file of this.#files.filter((each) => each.name === name)) {
      await this.#runSuite(file, wanted, (run) => {
        if (run.failure !== undefined) failed.add(run.id)
      })
    }
    return !failed.has(id)
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
