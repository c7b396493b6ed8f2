import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

// Inside workerd, with KV and Durable Objects as Miniflare runs them.
const workerd = cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  test: {
    // The emulator tells every decision in a line of the console.
    silent: 'passed-only',
    // How much the tests of many grants do (test/support/size.ts).
    provide: {
      load: process.env.LOAD === 'full' ? 'full' : 'usual',
      flows: Number(process.env.FLOWS ?? 320),
    },
    projects: [
      {
        plugins: [workerd],
        test: {
          name: 'worker',
          include: ['test/{rules,flow}/**/*.test.ts'],
          // One workerd for all files, because a start for each of them takes most of the time. They
          // share a store: who needs a fresh one resets the emulator.
          isolate: false,
          maxWorkers: 2,
          // The first assertion waits for two RSA keys, which takes seconds on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        // The same tests in Node, with the bindings of the engine that the package brings.
        test: {
          name: 'node',
          include: ['test/{rules,flow}/**/*.test.ts'],
          alias: {
            'cloudflare:workers': source('test/support/on-node/workers.ts'),
            'cloudflare:test': source('test/support/on-node/test.ts'),
          },
          setupFiles: ['test/support/on-node/setup.ts'],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      {
        // From outside: `npm start`, other people's clients, a real browser.
        test: {
          name: 'outside',
          alias: { 'cloudflare:workers': source('src/node/engine/durable-object.ts') },
          include: ['test/{clients,browser,server,package,examples,engine}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
