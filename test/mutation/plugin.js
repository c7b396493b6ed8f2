/** Connects StrykerJS to the worker of Vitest in `warm-runner.ts`. JavaScript, as StrykerJS loads it. */
import { readFileSync } from 'node:fs'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner'
import { createVitest } from 'vitest/node'
import { rankTests } from './chosen.ts'
import { CHANNEL } from './protocol.ts'
import { Sample } from './sample.js'

/** @implements {import('@stryker-mutator/api/test-runner').TestRunner} */
class WarmVitest {
  #channel = new BroadcastChannel(CHANNEL)

  capabilities() {
    // With `ignoreStatic`, no mutant has to be active while modules are imported. Otherwise StrykerJS starts
    // another process for each mutant that an import covers too.
    return { reloadEnvironment: true }
  }

  async init() {
    const vitest = await createVitest('test', {
      config: 'test/mutation/vitest.config.ts',
      watch: false,
      reporters: [{}],
    })
    const files = await vitest.globTestSpecifications()
    vitest.provide('testFiles', files.length)
    const ready = this.#reply()
    // It ends with the process, because the worker waits for questions.
    void vitest.runTestSpecifications(files)
    await ready
  }

  /** Runs all tests without a mutant. */
  async dryRun() {
    const { tests, coverage } = await this.#ask({ kind: 'all' })
    rankTests(coverage)
    return {
      status: DryRunStatus.Complete,
      mutantCoverage: coverage,
      tests: tests.map(({ id, file, milliseconds, failure }) => ({
        id,
        name: id,
        fileName: file,
        timeSpentMs: milliseconds,
        ...(failure === undefined
          ? { status: TestStatus.Success }
          : { status: TestStatus.Failed, failureMessage: failure }),
      })),
    }
  }

  /** @param {import('@stryker-mutator/api/test-runner').MutantRunOptions} options */
  async mutantRun({ activeMutant: { id, fileName, location }, testFilter, hitLimit }) {
    const source = sourceOf(fileName, location)
    const mutant = { id, fileName, source, tests: testFilter, hitLimit }
    const reply = await this.#ask({ kind: 'mutant', ...mutant })
    const nrOfTests = reply.tests
    switch (reply.kind) {
      case 'killed': {
        const { id: test, failure: failureMessage } = reply.by
        return { status: MutantRunStatus.Killed, killedBy: [test], failureMessage, nrOfTests }
      }
      case 'survived':
        return { status: MutantRunStatus.Survived, nrOfTests }
      case 'endless':
        return { status: MutantRunStatus.Timeout }
      default:
        // StrykerJS starts another process and asks again.
        throw new Error('Tests fail without a mutant')
    }
  }

  #ask(question) {
    const reply = this.#reply()
    this.#channel.postMessage(question)
    return reply
  }

  #reply() {
    return new Promise((resolve) => {
      this.#channel.onmessage = ({ data }) => resolve(data)
    })
  }
}

function sourceOf(fileName, { start, end }) {
  const lines = readFileSync(fileName, 'utf8').split('\n')
  return lines.slice(Math.max(0, start.line - 7), end.line + 1).join('\n')
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'warm-vitest', WarmVitest),
  declareClassPlugin(PluginKind.Reporter, 'sample', Sample),
]
