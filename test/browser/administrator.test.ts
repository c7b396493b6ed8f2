import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { axeFaults } from './axe'
import { faintText } from './contrast'
import { useWorld } from './world'

const world = useWorld()
const CONFIGURE = '_emulator/configure'

async function open(path: string, options = {}): Promise<Page> {
  const page = await world.tab(options)
  await page.goto(`${world.server.app}/${CONFIGURE}/${path}`)
  return page
}

// The steps of the documentation's "Dashboard" tabs, one a line, without any script in the browser.
describe('The dashboard steps of the documentation', () => {
  beforeAll(() => world.server.control('POST', 'reset'))

  it('create an OAuth client, rotate its secret and restart its verification [S1-S10, S12-S16]', async () => {
    const page = await open('access/applications', { javaScriptEnabled: false })
    await page.getByRole('link', { name: 'OAuth clients' }).click()
    await page.getByRole('link', { name: 'Create client' }).click()
    await page.getByLabel('Client name').fill('Reports')
    await page
      .getByRole('group', { name: 'Response type' })
      .getByLabel('code', { exact: true })
      .check()
    await page.getByRole('group', { name: 'Grant type' }).getByLabel('refresh_token').check()
    await page.getByLabel('Token authentication method').selectOption('client_secret_post')
    await page.getByLabel('Redirect URLs (required)').fill('https://example.com/oauth/callback')
    await page.getByText('Optional fields').click()
    await page.getByLabel('Client URL').fill('https://example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('D1 Read', { exact: true }).check()
    await page.getByRole('button', { name: 'Create client' }).click()
    const secret = page.getByRole('region', { name: 'Client secret' }).locator('code')
    await expect.poll(() => secret.count(), { timeout: 10_000 }).toBe(2)
    const first = await secret.allTextContents()
    expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.any(String)])

    await page.getByRole('link', { name: 'OAuth clients' }).click()
    await page.getByLabel('Actions for Reports').click()
    await page.getByRole('button', { name: 'Rotate client secret' }).click()
    await expect.poll(() => secret.count(), { timeout: 10_000 }).toBe(2)
    const second = await secret.allTextContents()
    expect(second[0]).toBe(first[0])
    expect(second[1]).not.toBe(first[1])
    await page.getByLabel('Actions for Reports').click()
    await page.getByRole('button', { name: 'Delete the old secret' }).click()
    await page.getByText('two secrets').waitFor({ state: 'detached' })

    await page.getByText('cloudflare_oauth_client_publisher=').waitFor()
    await page.getByLabel('Actions for Reports').click()
    await page.getByRole('button', { name: 'Restart verification' }).click()
    await page.getByText('"client_uri": "https://example.com"').waitFor()
    await page.context().close()
  })

  it('change the visibility, once the domain is verified [S11]', async () => {
    const page = await open('oauth-clients', { javaScriptEnabled: false })
    await page.getByRole('link', { name: 'Reports' }).click()
    const text = await page.getByText('cloudflare_oauth_client_publisher=').textContent()
    await page.getByLabel('Actions for Reports').click()
    await page.getByRole('button', { name: 'Change visibility to public' }).click()
    await page.getByRole('alert').getByText('Nothing was saved.').waitFor()
    await page.getByLabel('Logo', { exact: true }).fill('https://example.com/logo.png')
    await page.getByRole('button', { name: 'Save client' }).click()
    await world.server.control('PUT', 'dns', { 'example.com': [text] })
    await expect
      .poll(
        async () => {
          await page.goto(page.url())
          return page.getByText('domain verified').count()
        },
        { timeout: 10_000, interval: 200 },
      )
      .toBe(1)
    await page.getByLabel('Actions for Reports').click()
    await page.getByRole('button', { name: 'Change visibility to public' }).click()
    await page.getByText('public', { exact: true }).waitFor()
    await page.context().close()
  })

  it('turn Managed OAuth on for an application, with its five settings [S17-S26]', async () => {
    const page = await open('access', { javaScriptEnabled: false })
    await page.getByLabel('Actions for Demo').click()
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Managed OAuth').check()
    await page.getByLabel('Allow localhost clients').check()
    await page.getByLabel('Allow loopback clients').uncheck()
    await page.getByLabel('Allowed redirect URIs').fill('https://playground.ai.cloudflare.com/*')
    await page.getByLabel('Grant session duration').fill('24h')
    await page.getByLabel('Access token lifetime').fill('5m')
    // Enter saves, as in every form.
    await page.getByLabel('Access token lifetime').press('Enter')
    const call = await page.getByText('--request PUT').textContent()
    expect(call).toContain('"access_token_lifetime": "5m"')
    expect(await page.getByLabel('Allow loopback clients').isChecked()).toBe(false)
    await page.context().close()
  })
})

let tab: Page | undefined
describe.each([
  'access/applications',
  'access/applications/new',
  'access/organization',
  'access/people',
  'access/service-tokens',
  'access/who-gets-in?email=ada@example.com',
  'access/take-along',
  'oauth-clients',
  'oauth-clients/0123456789abcdef0123456789abcdef/new',
])('The page /_emulator/configure/%s', (path) => {
  it('is readable in light and dark, fits a phone, and has no violation that axe detects', async () => {
    // One tab for all of them: a browser starts a process for each new one.
    tab ??= await world.tab()
    const page = tab
    await page.goto(`${world.server.app}/${CONFIGURE}/${path}`)
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await faintText(page)).toEqual([])
    }
    expect(await axeFaults(page)).toEqual([])
  })
})

it('a search narrows the scopes, without losing what is checked', async () => {
  const page = await open('oauth-clients/0123456789abcdef0123456789abcdef/new')
  await page.getByLabel('Client name').fill('Searching')
  await page.getByLabel('Redirect URLs (required)').fill('https://example.com/cb')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Search permissions').fill('workers kv')
  await page.getByLabel('Workers KV Storage Read', { exact: true }).check()
  expect(await page.getByLabel('D1 Read', { exact: true }).isVisible()).toBe(false)
  await page.getByLabel('Search permissions').fill('d1')
  await page.getByLabel('D1 Read', { exact: true }).check()
  await page.getByRole('button', { name: 'Create client' }).click()
  const call = await page.getByText('--request POST').textContent()
  expect(call).toContain('"workers-kv-storage.read"')
  expect(call).toContain('"d1.read"')
  await page.context().close()
})
