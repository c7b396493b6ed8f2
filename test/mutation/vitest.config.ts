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
      // They repeat at length, or for every endpoint, what other tests say, or are about other folders.
      'test/flow/{event-secrets,headers,hostile-requests,hostile-tokens,linear-work,load}.test.ts',
      'test/flow/{administrator-pages,client-report,console,pages-plugin}.test.ts',
      'test/rules/docs*.test.ts',
      'test/store/soak.test.ts',
    ],
    runner: fileURLToPath(new URL('warm-runner.ts', import.meta.url)),
    provide: { ...onNode.provide, flows: 320, mode: 'mutation' },
    pool: 'threads',
    maxWorkers: 1,
  },
})
