import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser } from '../support/browser'
import { type Server, startServer } from '../support/server'

/** A server and a Chromium for the tests of one file. */
export type World = {
  server: Server
  /** The errors that browsers reported in this test. A test fails if any are left at its end. */
  complaints: string[]
  /** A tab of a new browser. */
  tab(options?: BrowserContextOptions): Promise<Page>
}

/**
 * Starts and stops a world around the tests of the calling file.
 *
 * @param flags of the server, called when the world starts
 */
export function useWorld(flags: () => Promise<string[]> = async () => []): World {
  let server: Server | undefined
  let browser: Browser | undefined
  const complaints: string[] = []
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([flags().then(startServer), launchBrowser()])
  })
  afterEach(() => expect(complaints.splice(0)).toEqual([]))
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  return {
    complaints,
    get server() {
      if (!server) throw new Error('the server is not up')
      return server
    },
    async tab(options) {
      if (!browser) throw new Error('the browser is not up')
      const context = await browser.newContext(options)
      context.setDefaultTimeout(10_000)
      context.on('weberror', (thrown) => complaints.push(thrown.error().message))
      context.on('console', (message) => {
        if (isComplaint(message)) complaints.push(message.text())
      })
      return context.newPage()
    },
  }
}

// Chromium reports every 4xx page as not loaded. The pages load nothing else.
function isComplaint(message: ConsoleMessage): boolean {
  const isStatusOfPage = /^Failed to load resource: .* a status of 4\d\d /.test(message.text())
  return ['error', 'warning'].includes(message.type()) && !isStatusOfPage
}
