import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { oidcSetting } from '../support/oidc-setting'
import { OpenIdProvider } from '../support/openid-provider'
import { faintText } from './contrast'
import { sees } from './sees'
import { useWorld } from './world'

const DENY_MESSAGE = 'Ask Grace in room 101 for access. <b>Bring cake.</b>'
const PHONE = { width: 320, height: 640 }

const starting = OpenIdProvider.start()
const world = useWorld(async () => {
  const provider = await starting
  const providers = [
    { id: 'people', name: 'People', type: 'cloudflare' },
    { id: 'pin', name: 'E-mail me a code', type: 'onetimepin' },
    oidcSetting(provider.issuer),
    oidcSetting(provider.issuer, {}, { id: 'other', name: 'Another one' }),
  ]
  const application = {
    name: 'Demo',
    domain: '*',
    custom_deny_message: DENY_MESSAGE,
    policies: [
      {
        name: 'Everybody at example.com',
        decision: 'allow',
        include: [{ email_domain: { domain: 'example.com' } }],
      },
    ],
  }
  return [
    ...['--var', `IDENTITY_PROVIDERS:${JSON.stringify(providers)}`],
    ...['--var', `APPLICATIONS:${JSON.stringify([application])}`],
  ]
})
afterAll(async () => (await starting).stop())

describe('A person at a browser', () => {
  it('logs in once and sees the application from then on [U7, O16]', async () => {
    const page = await loggedIn()
    expect(await page.getByRole('main').textContent()).toContain('ada@example.com')
    const cookies = await page.context().cookies(world.server.app)
    expect(cookies.find(({ name }) => name === 'CF_Authorization')).toMatchObject({
      domain: 'localhost',
      path: '/',
      httpOnly: true,
      secure: false,
    })
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await page.goto(`${world.server.app}/?again`)
    expect(await sees(page, 'Demo application')).toBe('Demo application')
  })

  it('is blocked with the message of the application if no policy admits the person [A11]', async () => {
    const page = await atLogin()
    await page.getByRole('button', { name: 'Mallory' }).click()
    expect(await sees(page, 'That account does not have access.')).toBe(
      'That account does not have access.',
    )
    // Its text, not its markup.
    expect(await page.getByText(DENY_MESSAGE, { exact: true }).count()).toBe(1)
    await page.goto(`${world.server.app}/`)
    await sees(page, 'That account does not have access.')
    expect(await page.context().cookies(world.server.app)).not.toContainEqual(
      expect.objectContaining({ name: 'CF_Authorization' }),
    )
    await page.getByRole('link', { name: 'Log in as another person' }).click()
    await page.getByRole('button', { name: 'Grace' }).click()
    await sees(page, 'Demo application')
  })

  it.each(['team', 'app'] as const)(
    'sees the login page again after logging out, on the %s host',
    async (host) => {
      const page = await loggedIn()
      await page.goto(`${world.server[host]}/cdn-cgi/access/logout`)
      expect(await sees(page, 'You are logged out')).toBe('You are logged out')
      await page.goto(`${world.server.app}/`)
      await sees(page, 'Log in to Demo')
      await page.goto(`${world.server.app}/whoami`)
      await sees(page, 'Log in to Demo')
    },
  )

  it('can be another person in another browser', async () => {
    const ada = await loggedIn()
    const grace = await loggedIn('Grace')
    await ada.reload()
    expect(await ada.getByRole('main').textContent()).toContain('ada@example.com')
    expect(await grace.getByRole('main').textContent()).toContain('grace@example.com')
  })

  it('signs in by one-time PIN, with the code that the page links to', async () => {
    const page = await atPin('ada@example.com')
    const [console] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: "the emulator's console" }).click(),
    ])
    const href = await console
      .locator('#events a[href*="/console/events/"]')
      .first()
      .getAttribute('href')
    await console.goto(`${world.server.team}${href}`)
    const text = await console.getByRole('main').textContent()
    const code = text?.match(/"code": ?"(\d{6})"/)?.[1] ?? ''
    await page.bringToFront()
    await page.getByLabel('Code').fill(code)
    await page.keyboard.press('Enter')
    await sees(page, 'Demo application')
    expect(await page.getByRole('main').textContent()).toContain('ada@example.com')
  })

  it('can send only six digits as the code', async () => {
    const page = await atPin('ada@example.com')
    // The field already has the focus.
    await page.keyboard.type('12345')
    await page.keyboard.press('Enter')
    expect(await page.locator('input:invalid').count()).toBe(1)
    expect(await page.title()).toBe('Enter code')
  })

  it('signs in at an OpenID Connect provider on another origin, and returns', async () => {
    const provider = await starting
    provider.serve(`${world.server.team}/cdn-cgi/access/callback`)
    const page = await atLogin()
    // The pages of oidc-provider request a font from the network.
    await page.route('https://fonts.googleapis.com/**', (route) =>
      route.fulfill({ contentType: 'text/css', body: '' }),
    )
    await page.getByRole('button', { name: 'Sign in with Corporate' }).click()
    await page.getByPlaceholder('Enter any login').fill('ada@example.com')
    await page.getByPlaceholder('and password').fill('any')
    await page.getByRole('button', { name: 'Sign-in' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await sees(page, 'Demo application')
    expect(await page.getByRole('main').textContent()).toContain('ada@example.com')
  })
})

describe.each([
  ['login page with four providers', () => atLogin()],
  ['page that asks for a one-time PIN', () => atPin(`${'a.long.address.'.repeat(4)}x@example.com`)],
])('The %s', (_, open) => {
  it('can be read in light and in dark (WCAG 2.2, 1.4.3)', async () => {
    const page = await open()
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await faintText(page)).toEqual([])
    }
  })

  it('fits a phone', async () => {
    const page = await open()
    await page.setViewportSize(PHONE)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width)
  })

  it('shows the keyboard focus in every control (WCAG 2.2, 2.4.7)', async () => {
    const page = await open()
    const controls = await page.locator('a, button, input:not([type=hidden])').all()
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.locator('h1').click()
    for (const control of controls) {
      await page.keyboard.press('Tab')
      const outline = await control.evaluate((element) =>
        element.matches(':focus') ? getComputedStyle(element).outlineStyle : 'not focused',
      )
      expect(outline).toBe('solid')
    }
  })

  it('names every field (WCAG 2.2, 1.3.1)', async () => {
    const page = await open()
    const names = await page
      .locator('input:not([type=hidden])')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).labels?.length))
    expect(names.length).toBeGreaterThan(0)
    expect(names.every((count) => count === 1)).toBe(true)
  })
})

/** A browser at the login page. */
async function atLogin(): Promise<Page> {
  const page = await world.tab()
  await page.goto(`${world.server.app}/`)
  await sees(page, 'Log in to Demo')
  return page
}

/** A browser in which this person is logged in. */
async function loggedIn(name = 'Ada'): Promise<Page> {
  const page = await atLogin()
  await page.getByRole('button', { name }).click()
  await sees(page, 'Demo application')
  return page
}

/** A browser at the page that requests the code sent to this address. */
async function atPin(email: string): Promise<Page> {
  const page = await atLogin()
  await page.getByLabel('E-mail me a code').fill(email)
  await page.keyboard.press('Enter')
  await sees(page, 'Enter code')
  return page
}
