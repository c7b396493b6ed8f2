import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { onNode } from '../../vitest.config'

export default defineConfig({
  test: {
    ...onNode,
    exclude: [
      // They read the sources, in which StrykerJS has inserted the mutants.
      'test/rules/{evidence,imports}.test.ts',
      // The recordings show that a response has changed, not which rule that breaks.
      'test/golden/**',
      // It repeats at length what `races` and `grant-life` say.
      'test/flow/load.test.ts',
    ],
    runner: fileURLToPath(new URL('warm-runner.ts', import.meta.url)),
    provide: { ...onNode.provide, flows: 320, mode: 'mutation' },
    pool: 'threads',
    maxWorkers: 1,
    hookTimeout: 60_000,
  },
})
