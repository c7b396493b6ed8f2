/** `npm run screenshots`: takes the screenshots of the README and the guides again, into `docs/`. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { type Server, startServer } from '../support/server.ts'
import { PORTAL_FLAGS, portalStory } from './portal-story.ts'
import { fullStory } from './story.ts'
import { WAYS } from './ways.ts'

const [server, browser] = await Promise.all([startServer(PORTAL_FLAGS), launchBrowser()])
try {
  await takePortal(server, browser)
  await takeConsole(server, browser)
  await takeApplication(server, browser)
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
  await showDefaultPort(page, `${app}/_emulator/`, port)
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
  await showDefaultPort(page, app + path, port)
  await page.goto(app + path)
  await page.getByText('live', { exact: true }).waitFor()
  await page.screenshot({ path: pathOf('portals'), fullPage: true })
  await page.close()
  await control('POST', 'reset')
}

// The administrator's page of an application, after an edit: it shows the API call that saved it.
async function takeApplication({ app, port, control }: Server, browser: Browser): Promise<void> {
  const viewport = { width: 1280, height: 960 }
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.5 })
  await showDefaultPort(page, `${app}/_emulator/configure/**`, port)
  await page.goto(`${app}/_emulator/configure/access/applications`)
  await page.getByRole('link', { name: 'Demo', exact: true }).click()
  await page.getByLabel('Access token lifetime').fill('5m')
  await page.locator('button.main').click()
  await page.getByText('--request PUT').waitFor()
  await page.getByText('live', { exact: true }).waitFor()
  await page.screenshot({ path: pathOf('application') })
  await page.close()
  await control('POST', 'reset')
}

// With the port that a reader of the documents has.
async function showDefaultPort(page: Page, url: string, port: number): Promise<void> {
  await page.route(url, async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replaceAll(`:${port}`, ':8788')
    await route.fulfill({ response, body })
  })
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
