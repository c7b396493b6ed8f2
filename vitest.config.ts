import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

// Inside workerd, with KV and Durable Objects as Miniflare runs them.
const workerd = cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })

// What the engine in Node has in the place of workerd's.
const durableObject = fileURLToPath(new URL('src/node/engine/durable-object.ts', import.meta.url))

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
        // From outside: `npm start`, other people's clients, a real browser.
        test: {
          name: 'outside',
          alias: { 'cloudflare:workers': durableObject },
          include: ['test/{clients,browser,server,package,examples,engine}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
