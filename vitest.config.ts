import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        // Inside workerd, with KV and Durable Objects as Miniflare runs them.
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'worker',
          include: ['test/{rules,flow}/**/*.test.ts'],
          // The first assertion waits for two RSA keys, which takes seconds on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        // From outside: `npm start`, other people's clients, a real browser.
        test: {
          name: 'outside',
          include: ['test/{clients,browser,server}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
