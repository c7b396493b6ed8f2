import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeFaults } from './axe'
import { listen } from './callback'
import { faintText } from './contrast'
import { authorizationUrl, register } from './dashboard'
import { sees } from './sees'
import { authorize, INSPECTOR, WAYS } from './ways'
import { useWorld } from './world'

const world = useWorld(async () => ['--var', 'EMULATOR_TOKEN:a-token-of-some-length'])
const PHONE = { width: 320, height: 640 }
const SMALL_WINDOW = { width: 800, height: 760 }
// As long as the permissions that an application requests.
const LONG = ['permissions', 'report']

/** Functions that open the pages. */
const PAGES = {
  login: (page) => WAYS.login(world.server, page),
  consent: (page) => WAYS.consent(world.server, page),
  blocked: (page) => WAYS.blocked(world.server, page),
  error: async (page) => {
    await page.goto(await world.server.client.authorizationUrl('no-such-client'))
    await sees(page, 'Unknown client ID')
  },
  permissions: (page) => WAYS.permissions(world.server, page),
  connected: async (page) => {
    const { client_id } = await register(world.server, INSPECTOR)
    const { server } = world
    await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com', consent: 'allow' })
    await server.fetch(await authorizationUrl(server, client_id, INSPECTOR))
    await server.control('PUT', 'auto-sign-in', null)
    await page.goto(`${server.team}/profile/access-management/authorization`)
    await page.getByRole('button', { name: 'Ada' }).click()
    await sees(page, 'Connected Applications')
  },
  report: async (page) => {
    const { client, app } = world.server
    await client.request('/mcp')
    const { client_id } = await client.register({ client_name: 'Codex' })
    await page.goto(`${app}/_emulator/clients/${client_id}/report`)
    await sees(page, 'Report of Codex')
  },
  home: async (page) => {
    await page.goto(`${world.server.app}/`)
    await page.getByRole('button', { name: 'Ada' }).click()
    await sees(page, 'Demo application')
  },
  pin: async (page) => {
    await authorize(world.server, page)
    await page.getByLabel('E-mail me a code').fill('ada@example.com')
    await page.getByRole('button', { name: 'Send me a code' }).click()
    await sees(page, 'Enter code')
  },
  'logged out': async (page) => {
    await page.goto(`${world.server.team}/cdn-cgi/access/logout`)
    await page.getByRole('heading', { level: 1 }).waitFor()
  },
  "dashboard's error": async (page) => {
    await page.goto(`${world.server.team}/oauth/error?error=invalid_client`)
    await sees(page, 'The application cannot be authorized')
  },
  "console's sign-in": async (page) => {
    await page.goto(`${world.server.app}/_emulator/sign-in`)
    await sees(page, 'Sign in to the console')
  },
} satisfies Record<string, (page: Page) => Promise<void>>

const CONTROLS = ['a', 'summary', 'button:enabled', 'input:enabled']
  .map((control) => `${control}:visible`)
  .join()

describe.each(Object.entries(PAGES))('The %s page', (name, open) => {
  let page: Page
  beforeAll(async () => {
    page = await world.tab({ deviceScaleFactor: 1.5 })
    await open(page)
  })
  afterAll(() => page.context().close())

  it('stays empty in a frame of another origin', async () => {
    const harmless = await listen('localhost', { body: '<h1>Framed</h1>' })
    const frames = `<iframe src="${page.url()}"></iframe><iframe src="${harmless.url}"></iframe>`
    const tab = await page.context().newPage()
    await tab.goto((await listen('localhost', { body: frames })).url)
    const [, ours, other] = tab.frames()
    expect(await other?.locator('h1').textContent()).toBe('Framed')
    expect(ours?.url()).toBe('chrome-error://chromewebdata/')
    expect(world.complaints.splice(0)).toEqual([expect.stringContaining("frame-ancestors 'none'")])
    await tab.close()
  })

  it.each(['light', 'dark'] as const)('has no violation that axe detects: %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    expect(await axeFaults(page)).toEqual([])
    await page.emulateMedia({ colorScheme: null })
  })

  it('may load its own style and icon under its policy', async () => {
    const icon = await page.locator('link[rel=icon]').getAttribute('href')
    await page.evaluate((src) => Object.assign(new Image(), { src }).decode(), icon)
    const width = await page.getByRole('main').evaluate((main) => getComputedStyle(main).maxWidth)
    expect(width).not.toBe('none')
  })

  it('can be read in light and in dark (WCAG 2.2, 1.4.3)', async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await faintText(page)).toEqual([])
    }
  })

  it('fits a phone and a small window', async () => {
    await page.setViewportSize(PHONE)
    expect(await sizeOf(page)).toMatchObject({ width: PHONE.width })
    await page.setViewportSize(SMALL_WINDOW)
    expect(await sizeOf(page)).toMatchObject(LONG.includes(name) ? { width: 800 } : SMALL_WINDOW)
  })

  it('shows the keyboard focus (WCAG 2.2, 2.4.7)', async () => {
    // From the start of the page, even if the focus begins in a field.
    await page.getByRole('banner').click({ position: { x: 2, y: 2 } })
    for (const control of await page.locator(CONTROLS).all()) {
      await page.keyboard.press('Tab')
      const outline = await control.evaluate((element) =>
        element.matches(':focus') ? getComputedStyle(element).outlineStyle : 'not focused',
      )
      expect(outline).toBe('solid')
    }
  })
})

describe('Text that other parties chose', () => {
  it('is shown as text if it is markup, and runs no script', async () => {
    const name = '<img src=x onerror="document.title=1"><script>document.title=2</script>&amp;'
    const page = await world.tab()
    await authorize(world.server, page, { client_name: name })
    await page.getByRole('button', { name: 'Ada' }).click()
    expect(await sees(page, 'Authorize Client')).toBe('Authorize Client')
    expect(await page.getByRole('main').textContent()).toContain(name)
    expect(await page.locator('img, script').count()).toBe(0)
  })

  it('fits a phone, however long it is', async () => {
    const client_name = `${'A name that goes on and on '.repeat(18)}${'W'.repeat(500)}`
    const email = `${'a.long.address.'.repeat(4)}x@${'a-long-domain.'.repeat(8)}example`
    const page = await world.tab({ viewport: PHONE })
    const resource = `http://localhost:8788/${'a-path-of-some-length'.repeat(12)}`
    await authorize(world.server, page, { client_name }, { resource })
    await page.getByLabel('Another e-mail address').fill(email)
    await page.keyboard.press('Enter')
    await sees(page, 'That account does not have access.')
    expect(await sizeOf(page)).toMatchObject({ width: PHONE.width })
    await page.getByRole('link', { name: 'Log in as another person' }).click()
    await page.getByRole('button', { name: 'Ada' }).click()
    await sees(page, 'Authorize Client')
    expect(await sizeOf(page)).toMatchObject({ width: PHONE.width })
    const name = await page.locator('strong', { hasText: client_name }).boundingBox()
    expect(name?.height).toBeLessThan(100)
  })

  it('fits the page of an error, however long it is', async () => {
    const page = await world.tab({ viewport: PHONE })
    await page.goto(await world.server.client.authorizationUrl('c'.repeat(600)))
    await sees(page, 'Unknown client ID')
    expect(await sizeOf(page)).toMatchObject({ width: PHONE.width })
  })
})

/** The size of the page, which is at least that of the window. */
function sizeOf(page: Page): Promise<{ width: number; height: number }> {
  return page.evaluate(() => {
    const { scrollWidth: width, scrollHeight: height } = document.documentElement
    return { width, height }
  })
}
