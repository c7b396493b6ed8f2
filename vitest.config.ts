import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { unstable_readConfig } from 'wrangler'

// Inside workerd, with KV and Durable Objects as Miniflare runs them.
// Without the portal of the default seed, which is more records and applications than most tests are about.
const NO_PORTALS = { MCP_SERVERS: [], MCP_PORTALS: [] }
const workerd = cloudflareTest({
  wrangler: { configPath: './wrangler.toml' },
  miniflare: { bindings: NO_PORTALS },
})
// `toBeRefused` and the other matchers of our own.
const setupFiles = ['test/support/matchers.ts']

// In Vite, an import of text is a query. esbuild reads `with { type: 'text' }` itself.
const TEXT = { find: /(\.css|\.client\.js|\.md)$/, replacement: '$1?raw' }

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * The tests of the project `worker` in Node, with the bindings of the engine that the package brings.
 * `test/mutation` runs them against each mutant.
 */
export const onNode = {
  name: 'node',
  include: ['test/{rules,flow,store,golden}/**/*.test.ts'],
  alias: [
    TEXT,
    { find: 'cloudflare:workers', replacement: source('test/support/on-node/workers.ts') },
    { find: 'cloudflare:test', replacement: source('test/support/on-node/test.ts') },
  ],
  setupFiles: ['test/support/on-node/setup.ts', ...setupFiles],
  // Here, because importing wrangler takes a second in each worker.
  provide: { vars: unstable_readConfig({ config: 'wrangler.toml' }).vars },
  // It imports `cloudflare:workers`, so the alias has to apply to it.
  server: { deps: { inline: ['@cloudflare/workers-oauth-provider'] } },
  isolate: false,
  maxWorkers: 2,
  testTimeout: 30_000,
  hookTimeout: 30_000,
}

const outside = {
  setupFiles,
  globalSetup: ['test/support/kept-engine.ts'],
  // A worker imports a module once for all its files.
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // These files wait for processes half of the time. Projects with another number of workers have to run
  // after each other.
  maxWorkers: 3,
  sequence: { groupOrder: 1 },
}

// The clients run on the command, because the Worker is the same and a start takes a tenth of the time. Two
// run under `npm start` too: the SDK of most MCP clients, because its streams pass through wrangler's
// proxy, and the one that kills the server and edits at once, because the storage differs.
const CLIENTS_OF_NPM_START = ['test/clients/{mcp-sdk-2,cloudflare-story}.test.ts']
// So do the browser's. One runs under `npm start` instead, because cookies and redirects between hosts pass
// through wrangler's proxy.
const BROWSERS_OF_NPM_START = ['test/browser/login.test.ts']
// The other files of test/server are about `npm start` itself, except the one that runs on the command alone.
const SERVER_TESTS_OF_BOTH = ['test/server/{fuzz,hostile,kill,oidc,proxy}.test.ts']
const SERVER_TESTS_OF_COMMAND = ['test/server/dns.test.ts']
// The Worker's own code decides what stays stored. `npm run load` runs it in workerd too.
const ONLY_IN_NODE = ['test/store/soak.test.ts']

export default defineConfig(({ mode }) => ({
  test: {
    // The emulator prints a line for every decision. Passing them on takes a tenth of the time of the tests
    // in one process. `--silent=passed-only` prints those of the tests that fail.
    silent: true,
    // The size of the tests (test/support/size.ts). A flag, because `KEY=value command` fails on Windows.
    provide: { mode, flows: Number(process.env.FLOWS || (mode === 'full' ? 100_000 : 320)) },
    projects: [
      {
        plugins: [workerd],
        test: {
          name: 'worker',
          include: ['test/{rules,flow,store,golden}/**/*.test.ts'],
          exclude: mode === 'full' ? [] : ONLY_IN_NODE,
          alias: [TEXT],
          setupFiles,
          // One workerd for all files, because a start for each of them takes most of the time. They
          // share a store, so a test that needs an empty one resets the emulator.
          isolate: false,
          maxWorkers: 2,
          // The first assertion waits for two RSA keys, which takes seconds on a busy machine.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      { test: onNode },
      {
        // From outside, as processes: `npm start`, the installed package, the source as a library.
        test: {
          ...outside,
          name: 'outside',
          alias: [
            TEXT,
            {
              find: 'cloudflare:workers',
              replacement: source('src/node/engine/durable-object.ts'),
            },
          ],
          include: [
            'test/{server,package,examples,engine,judges}/**/*.test.ts',
            ...CLIENTS_OF_NPM_START,
            ...BROWSERS_OF_NPM_START,
          ],
          exclude: SERVER_TESTS_OF_COMMAND,
        },
      },
      {
        // From outside: the package's command, with a real browser.
        test: {
          ...outside,
          name: 'browser',
          env: { SERVER: 'command' },
          alias: [TEXT],
          include: ['test/browser/**/*.test.ts'],
          exclude: BROWSERS_OF_NPM_START,
        },
      },
      {
        // From outside: the package's command, with other people's clients and hostile ones. The
        // differences from `npm start` are in test/support/command.ts.
        test: {
          ...outside,
          name: 'command',
          // After the clients of another file, a refresh by the SDKs of MCP can end differently.
          isolate: true,
          env: { SERVER: 'command' },
          alias: [TEXT],
          include: [
            'test/clients/**/*.test.ts',
            ...SERVER_TESTS_OF_BOTH,
            ...SERVER_TESTS_OF_COMMAND,
          ],
        },
      },
    ],
  },
}))
