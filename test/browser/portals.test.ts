import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { axeFaults } from './axe'
import { faintText } from './contrast'
import { PORTAL_FLAGS, portalStory } from './portal-story'
import { useWorld } from './world'

const world = useWorld(async () => PORTAL_FLAGS)
const GRACE = 'who=email%3Agrace%40example.com'

beforeAll(() => portalStory(world.server))

async function open(options = {}): Promise<Page> {
  const page = await world.tab(options)
  await page.goto(`${world.server.app}/_emulator/console/portals?${GRACE}`)
  return page
}

describe('The page of a portal', () => {
  it('says who sees which server, and why', async () => {
    const page = await open()
    const callers = page.locator('#callers .records > li')
    const ada = callers.filter({ hasText: 'ada@example.com' })
    await ada.filter({ hasText: 'The client has switched it off.' }).waitFor()
    expect(await page.locator('#sight').textContent()).toContain('docs_search')
    expect(await page.locator('#sent').textContent()).toContain('tools/call search')
    await page.context().close()
  })

  it('can be read in light and in dark, and has no violation that axe detects', async () => {
    const page = await open()
    await page.getByRole('button', { name: /^Compare Docs/ }).click()
    await page.getByRole('heading', { name: 'Stored and live catalogue of docs' }).waitFor()
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axeFaults(page)).toEqual([])
      expect(await faintText(page)).toEqual([])
    }
    await page.context().close()
  })

  it('fits a phone', async () => {
    const page = await open({ viewport: { width: 320, height: 640 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await page.context().close()
  })

  it('works without JavaScript: sync, comparison, and the sign-in of an administrator', async () => {
    const page = await open({ javaScriptEnabled: false })
    await page.getByRole('button', { name: 'Sync: Docs' }).click()
    await page.locator('#server-docs .tag', { hasText: 'ready' }).waitFor()
    expect(page.url()).toContain(GRACE)
    await page.getByRole('button', { name: 'Authenticate server Demo behind Access' }).click()
    await page.getByRole('button', { name: 'Ada' }).click()
    await page.getByRole('button', { name: /allow/i }).click()
    await page.locator('#server-demo .tag', { hasText: 'connected' }).waitFor()
    await page.getByRole('button', { name: 'Expire the admin grant: Demo behind Access' }).click()
    await page.getByRole('button', { name: 'Sync: Demo behind Access' }).click()
    await page.locator('#server-demo .tag', { hasText: 'authentication: stale' }).waitFor()
    await page.context().close()
  })
})
