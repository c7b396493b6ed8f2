import {
  type BrowserContext,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  test as playwrightTest,
  type TestType,
} from '@playwright/test'
import type { Emulator } from './emulator.ts'
import type { EmulatorOptions } from './options.ts'
import { startEmulator } from './start-emulator.ts'

/** The places at which a person is signed in. */
export type SignInAsOptions = {
  /** The browser context; that of the test by default. */
  context?: BrowserContext
  /** The id or name of an application; that of the MCP server by default. */
  application?: string
  /** A URL of the application, on whose host the cookie is set; the emulator's by default. */
  url?: string
}

/** Signs a browser context in at the application, without the login page. */
export type SignInAs = (email: string, options?: SignInAsOptions) => Promise<void>

type TestFixtures = {
  /** The emulator of the worker, reset before the test. */
  access: Emulator
  signInAs: SignInAs
}
type WorkerFixtures = { accessOfWorker: Emulator }

/** Playwright's `test`, with the fixtures `access` and `signInAs`. */
export type AccessTest = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & TestFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & WorkerFixtures
>

/**
 * Returns Playwright's `test` with the fixtures `access`, an emulator of the worker that is reset before
 * each test, and `signInAs`. The emulator's URL is the `baseURL`.
 */
export function accessTest(options: EmulatorOptions = {}): AccessTest {
  return playwrightTest.extend<TestFixtures, WorkerFixtures>({
    accessOfWorker: [
      // Playwright reads the names of the fixtures from the pattern.
      // biome-ignore lint/correctness/noEmptyPattern: it requires a pattern, and this fixture needs none.
      async ({}, use) => {
        await using emulator = await startEmulator(options)
        await use(emulator)
      },
      { scope: 'worker' },
    ],
    access: async ({ accessOfWorker }, use) => {
      await accessOfWorker.reset()
      if (options.clock !== undefined) await accessOfWorker.clock.set(options.clock)
      await use(accessOfWorker)
    },
    baseURL: ({ access }, use) => use(access.url),
    signInAs: ({ access, context: ofTest }, use) => {
      return use(async (email, { context = ofTest, application, url = access.url } = {}) => {
        const cookie = await access.browserCookie(email, application ? { application } : {})
        const [name = '', value = ''] = cookie.split(/=(.*)/s)
        await context.addCookies([{ name, value, url }])
      })
    },
  })
}

/** Playwright's `test` with these fixtures, and an emulator with the default options. */
export const test: AccessTest = accessTest()

export { expect } from '@playwright/test'
