import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../support/client'
import { axeFaults } from './axe'
import { faintText } from './contrast'
import { clientNamed, fullStory } from './story'
import { useWorld } from './world'

const world = useWorld()
const ADA = { email: 'ada@example.com' }
const PHONE = { width: 320, height: 640 }
const CONTROLS = ['a', 'summary', 'button:enabled', 'input:not([type=hidden])', 'select']
const PAGES = [
  '',
  ...['events', 'portals', 'state', 'faults', 'connect', 'check-origin'].map(
    (name) => `console/${name}`,
  ),
  'rules/U2',
]

describe('The console', () => {
  const tabs: Page[] = []
  // An open tab keeps requesting its page.
  afterEach(async () => {
    await Promise.all(tabs.splice(0).map((tab) => tab.context().close()))
  })
  const open = async (path: string, options = {}) => {
    const tab = await openTab(path, options)
    tabs.push(tab)
    return tab
  }

  it('shows a flow as it happens, without a reload', async () => {
    await world.server.control('POST', 'reset')
    const page = await open('')
    await page.getByRole('heading', { name: 'Waiting for the first request' }).waitFor()
    await markPage(page)
    const client = clientOf('my-client/1.0')
    await client.request('/mcp')
    await arrow(page, /^Client to Application: .*GET \/mcp response 401 Bearer$/).waitFor()
    await signIn(ADA)
    const { tokens } = await client.connect({ client_name: 'Watched' })
    await client.request('/mcp', tokens.access_token)
    await arrow(page, 'oauth/registration response 201 client_id').waitFor()
    await arrow(page, 'Person to Team domain').waitFor()
    await arrow(page, 'oauth/token response 200 tokens').waitFor()
    await arrow(page, /^Client to Origin: .*GET \/mcp/).waitFor()
    await page.getByRole('heading', { name: 'Watched at Demo' }).waitFor()
    expect(await page.getByRole('status').textContent()).toBe('live')
    expect(await isMarked(page)).toBe(true)
  })

  it('keeps the focus, open details and text in fields while events arrive', async () => {
    const page = await open('')
    await clientOf('one/1').request('/mcp')
    await page.getByRole('heading', { name: 'one/1' }).waitFor()
    const step = page.locator('.sequence details').first()
    await step.locator('summary').click()
    await page.getByText('Other person or deny').click()
    const field = page.getByLabel('E-mail address')
    await field.fill('hedy@exam')
    await world.server.control('PATCH', 'clock', { advance: '1m' })
    await page.locator('.marker', { hasText: 'clock +1m' }).last().waitFor()
    expect(await field.inputValue()).toBe('hedy@exam')
    expect(await field.evaluate((element) => element.matches(':focus'))).toBe(true)
    expect(await step.getAttribute('open')).not.toBeNull()
    await step.locator('summary').focus()
    await world.server.control('PATCH', 'clock', { advance: '2m' })
    await page.locator('.marker', { hasText: 'clock +2m' }).last().waitFor()
    expect(await step.locator('summary').evaluate((each) => each.matches(':focus'))).toBe(true)
  })

  it('moves the clock: +16 minutes, the end of the session, back to real time', async () => {
    await world.server.control('PATCH', 'clock', { reset: true })
    await signIn(ADA)
    const { tokens } = await clientOf('two/1').connect()
    const page = await open('')
    await page.getByRole('button', { name: '+16 minutes' }).click()
    await page.getByText('UTC, 16 min ahead').waitFor()
    const expired = await world.server.client.request('/whoami', tokens.access_token)
    expect(expired.status).toBe(401)
    await page.getByRole('button', { name: 'Jump to session end' }).click()
    await page.getByText(/UTC, (1 d|23 h) .*ahead/).waitFor()
    await page.getByRole('button', { name: 'Back to real time' }).click()
    await page.getByText('UTC, real time').waitFor()
  })

  it('switches a fault on with its parameters, and off', async () => {
    const page = await open('console/faults')
    await page.locator('#error-status').selectOption('500')
    await page.getByRole('button', { name: 'Fault error' }).click()
    await page.getByRole('button', { name: 'Fault error', pressed: true }).waitFor()
    const client = clientOf('three/1')
    expect((await client.refresh('any', 'any')).status).toBe(500)
    await page.locator('#fault-error', { hasText: 'struck once' }).waitFor()
    await page.getByRole('button', { name: 'Fault error' }).click()
    await page.getByRole('button', { name: 'Fault error', pressed: false }).waitFor()
    expect((await client.refresh('any', 'any')).status).toBe(401)
  })

  it('switches a quirk on and off', async () => {
    const page = await open('console/faults')
    const quirk = (pressed: boolean) =>
      page.getByRole('button', { name: 'Quirk refresh-grace', pressed })
    await quirk(false).click()
    await quirk(true).click()
    await quirk(false).waitFor()
  })

  it('revokes an access token, then its grant, and deletes the client', async () => {
    await world.server.control('POST', 'reset')
    await signIn(ADA)
    const client = clientOf('four/1')
    const { clientId, tokens } = await client.connect({ client_name: 'Revoked' })
    const page = await open('console/state')
    await page.getByRole('button', { name: /^Revoke access token/ }).click()
    await page
      .getByText('access token revoked')
      .or(page.getByText('Revoke grant'))
      .first()
      .waitFor()
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
    await page.getByRole('button', { name: 'Revoke grant of ada@example.com to Revoked' }).click()
    await page.locator('#grants .tag', { hasText: 'revoked' }).waitFor()
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(400)
    await page.getByRole('button', { name: 'Delete client Revoked' }).click()
    await page.getByText('No client is registered.').waitFor()
  })

  it('signs a person in automatically, and shows what was refused', async () => {
    await signIn(null)
    const page = await open('')
    await page.getByRole('button', { name: 'Sign in automatically as Grace' }).click()
    await page.locator('.rules', { hasText: 'grace@example.com allows' }).waitFor()
    await clientOf('five/1').connect()
    await page.getByText('Another time').click()
    await page.getByLabel('Advance by').fill('soon')
    await page.getByRole('button', { name: 'Advance', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'expected a duration' }).waitFor()
    await page.getByRole('button', { name: 'Switch it off' }).click()
    await page.getByText('Off: authorizations show the login page').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('copies a block', async () => {
    const page = await open('console/connect')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy: Claude Code' }).click()
    await page.getByText('Copied').waitFor()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text).toBe(`claude mcp add --transport http demo ${world.server.app}/mcp`)
  })

  it('resets everything, after a confirmation', async () => {
    await clientOf('six/1').request('/mcp')
    const page = await open('')
    const reset = page.getByRole('button', { name: 'Reset everything' })
    expect(await reset.isVisible()).toBe(false)
    await page.getByText('Reset…').click()
    await reset.click()
    await page.getByRole('heading', { name: 'Waiting for the first request' }).waitFor()
  })

  it('needs no mouse', async () => {
    await world.server.control('PATCH', 'clock', { reset: true })
    const page = await open('')
    const button = page.getByRole('button', { name: '+16 minutes' })
    for (let tabs = 0; tabs < 60; tabs++) {
      await page.keyboard.press('Tab')
      if (await button.evaluate((element) => element.matches(':focus'))) break
    }
    await page.keyboard.press('Enter')
    await page.getByText('UTC, 16 min ahead').waitFor()
  })

  it('needs no JavaScript', async () => {
    await world.server.control('PATCH', 'clock', { reset: true })
    const page = await open('', { javaScriptEnabled: false })
    await page.getByRole('button', { name: '+16 minutes' }).click()
    await page.getByText('UTC, 16 min ahead').waitFor()
    expect(await page.getByRole('status').isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(0)
  })
})

// One tab for all of them: a browser starts a process for each new one.
let page: Page
describe.each(PAGES)('The page /_emulator/%s', (path) => {
  beforeAll(async () => {
    page ??= await tabWithStory()
    await page.goto(`${world.server.app}/_emulator/${path}`)
  })

  it('can be read in light and in dark (WCAG 2.2, 1.4.3)', async () => {
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await faintText(page)).toEqual([])
    }
  })

  it('has no violation that axe detects', async () => {
    expect(await axeFaults(page)).toEqual([])
  })

  it('fits a phone and every wider window', async () => {
    for (const width of [PHONE.width, 480, 800, 1024, 1440]) {
      await page.setViewportSize({ width, height: PHONE.height })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  })

  it('shows the keyboard focus (WCAG 2.2, 2.4.7)', async () => {
    await page.reload()
    const outlines = await page.locator(CONTROLS.join()).evaluateAll((controls) =>
      controls
        .filter((control) => control.checkVisibility({ visibilityProperty: true }))
        .map((control) => {
          control.focus()
          return control.matches(':focus') ? getComputedStyle(control).outlineStyle : 'no focus'
        }),
    )
    expect(outlines.length).toBeGreaterThan(5)
    expect(new Set(outlines)).toEqual(new Set(['solid']))
  })
})

async function tabWithStory(): Promise<Page> {
  await fullStory(world.server)
  return world.tab()
}

async function openTab(path: string, options = {}): Promise<Page> {
  const page = await world.tab(options)
  await page.goto(`${world.server.app}/_emulator/${path}`)
  return page
}

async function signIn(rule: object | null): Promise<void> {
  await world.server.control('PUT', 'auto-sign-in', rule)
}

/** A client with this user agent. */
function clientOf(userAgent: string): Client {
  return clientNamed(world.server, userAgent)
}

function arrow(page: Page, text: string | RegExp) {
  return page.locator('.sequence .label', { hasText: text }).first()
}

async function markPage(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute('data-mark', ''))
}

function isMarked(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.hasAttribute('data-mark'))
}
