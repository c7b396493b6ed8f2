import { inject, type TestAPI, test as vitestTest } from 'vitest'
import { type Emulator, emulatorAt } from './emulator.ts'
import { reachOver } from './network.ts'
import type { EmulatorOptions } from './options.ts'
import { startEmulator } from './start-emulator.ts'
import type {} from './vitest-global-setup.ts'

/** The fixtures: `access` is the emulator of the file, reset before the test. */
type Fixtures = { access: Emulator; accessOfFile: Emulator }

/**
 * Returns Vitest's `test` with the fixture `access`: an emulator of the test file, in its own process. It
 * is started when the first test asks for it, and reset before each test that does. So tests that run
 * concurrently within a file cannot share it.
 */
export function accessTest(options: EmulatorOptions = {}): TestAPI<Fixtures> {
  return vitestTest.extend<Fixtures>({
    accessOfFile: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures from it.
      async ({}, use) => {
        await using emulator = await startEmulator(options)
        await use(emulator)
      },
      { scope: 'file' },
    ],
    access: async ({ accessOfFile }, use) => {
      await accessOfFile.reset()
      if (options.clock !== undefined) await accessOfFile.clock.set(options.clock)
      await use(accessOfFile)
    },
  })
}

/** Vitest's `test` with the fixture `access`: an emulator with the default options. */
export const test: TestAPI<Fixtures> = accessTest()

/**
 * Vitest's `test` with the fixture `access`: the emulator of the global set-up (`sharedAccess`), which
 * all test files share. It is never reset. Its `fetch` goes through the network, so hosts have to
 * resolve.
 */
export const sharedTest: TestAPI<{ access: Emulator }> = vitestTest.extend<{ access: Emulator }>({
  access: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures from it.
    async ({}, use) => {
      const { url, mcpUrl } = inject('access')
      const mcpPath = new URL(mcpUrl).pathname
      // The global set-up closes it.
      const close = async () => {}
      await use(await emulatorAt({ url, mcpPath, reach: reachOver(url), close }, undefined))
    },
    { scope: 'file' },
  ],
})
