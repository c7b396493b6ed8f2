/** `npm run screenshots`: takes the screenshots of the README again, into `docs/`. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { type Server, startServer } from '../support/server.ts'
import { PORTAL_FLAGS, portalStory } from './portal-story.ts'
import { fullStory } from './story.ts'
import { WAYS } from './ways.ts'

const [server, browser] = await Promise.all([startServer(PORTAL_FLAGS), launchBrowser()])
try {
  await takePortal(server, browser)
  await takeConsole(server, browser)
  for (const name of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
    await takePage(server, browser, name)
  }
} finally {
  await browser.close()
  await server.stop()
}

// The picture that heads the README.
async function takeConsole(server: Server, browser: Browser): Promise<void> {
  const { app, port, control } = server
  await control('POST', 'reset')
  await fullStory(server)
  const viewport = { width: 1400, height: 830 }
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.8 })
  // With the port that a reader of the README has.
  await page.route(`${app}/_emulator/`, async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replaceAll(`:${port}`, ':8788')
    await route.fulfill({ response, body })
  })
  await page.goto(`${app}/_emulator/`)
  await page.getByText('live', { exact: true }).waitFor()
  await page.screenshot({ path: pathOf('console') })
  // An open tab keeps requesting its page.
  await page.close()
  await control('POST', 'reset')
}

async function takePortal(server: Server, browser: Browser): Promise<void> {
  const { app, port, control } = server
  await portalStory(server)
  const viewport = { width: 1280, height: 800 }
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.5 })
  const path = '/_emulator/console/portals?who=email%3Agrace%40example.com'
  await page.route(`${app}${path}`, async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replaceAll(`:${port}`, ':8788')
    await route.fulfill({ response, body })
  })
  await page.goto(app + path)
  await page.getByText('live', { exact: true }).waitFor()
  await page.screenshot({ path: pathOf('portals'), fullPage: true })
  await page.close()
  await control('POST', 'reset')
}

async function takePage(server: Server, browser: Browser, name: keyof typeof WAYS): Promise<void> {
  const viewport = { width: 800, height: 760 }
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.5 })
  await WAYS[name](server, page)
  await page.screenshot({ path: pathOf(name), fullPage: true })
  await page.close()
}

function pathOf(name: string): string {
  return join(import.meta.dirname, `../../docs/${name}.png`)
}
