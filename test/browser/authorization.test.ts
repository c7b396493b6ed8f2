import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Tokens } from '../support/client'
import { type Callback, listen } from './callback'
import { sees } from './sees'
import { useWorld } from './world'

const world = useWorld()

describe('An authorization in a browser', () => {
  it.each(['localhost', '127.0.0.1'])(
    'brings code and state to a client on %s, for a token of that person [A10]',
    async (host) => {
      const { page, callback, clientId } = await start(await listen(host))
      expect(await sees(page, 'Log in to Demo')).toBe('Sign in ・ Cloudflare Access')
      await page.getByRole('button', { name: 'Ada' }).click()
      expect(await sees(page, 'Authorize Client')).toBe('Authorize Client')
      await page.getByRole('button', { name: 'Allow' }).click()
      await sees(page, 'You are connected')
      expect(await personOf(callback, clientId)).toBe('ada@example.com')
    },
  )

  it('brings access_denied and the state after Deny (RFC 6749 4.1.2.1)', async () => {
    const { page, callback } = await start()
    await page.getByRole('button', { name: 'Ada' }).click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await sees(page, 'You are connected')
    expect(callback.queries.map((query) => Object.fromEntries(query))).toEqual([
      { error: 'access_denied', error_description: expect.any(String), state: 'the-state' },
    ])
  })

  it('ends on a page for a person whom no policy admits, and continues as another person [A11]', async () => {
    const { page, callback, clientId } = await start()
    await page.getByRole('button', { name: 'mallory@blocked.example' }).click()
    const heading = 'That account does not have access.'
    expect(await sees(page, heading)).toBe(heading)
    expect(await page.getByRole('main').textContent()).toContain('mallory@blocked.example')
    expect(callback.queries).toEqual([])
    await page.getByRole('link', { name: 'Log in as another person' }).click()
    await page.getByRole('button', { name: 'Grace' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await sees(page, 'You are connected')
    expect(await personOf(callback, clientId)).toBe('grace@example.com')
  })

  it('accepts an e-mail address that is typed', async () => {
    const { page, callback, clientId } = await start()
    await page.getByLabel('Another e-mail address').fill('hedy@example.com')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await sees(page, 'You are connected')
    expect(await personOf(callback, clientId)).toBe('hedy@example.com')
  })

  it('skips the login page the second time [A9], and requires consent again [A8]', async () => {
    const { page, url } = await start()
    await page.getByRole('button', { name: 'Ada' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await sees(page, 'You are connected')
    await page.goto(url)
    expect(await page.title()).toBe('Authorize Client')
  })

  it('needs no JavaScript', async () => {
    const page = await world.tab({ javaScriptEnabled: false })
    const { callback, clientId } = await start(await listen(), page)
    await page.getByRole('button', { name: 'Ada' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await sees(page, 'You are connected')
    expect(await personOf(callback, clientId)).toBe('ada@example.com')
  })

  it('needs no mouse', async () => {
    const { page } = await start()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await sees(page, 'Authorize Client')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await sees(page, 'You are connected')
  })

  it('is stale in a tab whose login page is older than that of another tab [A12]', async () => {
    const { page: older, url } = await start()
    const newer = await older.context().newPage()
    await newer.goto(url)
    await older.getByRole('button', { name: 'Ada' }).click()
    const heading = 'Invalid nonce. Please try logging in again.'
    expect(await sees(older, heading)).toBe(heading)
    await newer.getByRole('button', { name: 'Ada' }).click()
    await sees(newer, 'Authorize Client')
  })

  // Chromium applies a `form-action` policy to every redirect after the form, the client's too.
  it.each([
    ['Allow', 'code'],
    ['Deny', 'error'],
  ])(
    'allows a callback to redirect the browser to another origin after %s',
    async (button, parameter) => {
      const home = await listen('127.0.0.1', { body: '<h1>Home of the client</h1>' })
      const { page, callback } = await start(await listen('localhost', { location: home.url }))
      await page.getByRole('button', { name: 'Ada' }).click()
      await page.getByRole('button', { name: button }).click()
      await sees(page, 'Home of the client')
      expect(callback.queries.map((query) => query.has(parameter))).toEqual([true])
    },
  )
})

/** Registers a client with this callback, and opens its authorization request. */
async function start(callback?: Callback, page?: Page) {
  const { client } = world.server
  const to = callback ?? (await listen())
  const tab = page ?? (await world.tab())
  const { client_id: clientId } = await client.register({ redirect_uris: [to.url] })
  const url = await client.authorizationUrl(clientId, { redirect_uri: to.url })
  await tab.goto(url)
  return { page: tab, callback: to, clientId, url }
}

/** Exchanges the code of the only callback. Returns the e-mail address that the origin receives. */
async function personOf(callback: Callback, clientId: string): Promise<string> {
  const { client } = world.server
  expect(callback.queries.map((query) => Object.fromEntries(query))).toEqual([
    { code: expect.any(String), state: 'the-state' },
  ])
  const code = callback.queries[0]?.get('code') ?? ''
  const exchange = await client.exchange(clientId, code, { redirect_uri: callback.url })
  const { access_token }: Tokens = await exchange.json()
  const whoami = await client.request('/whoami', access_token)
  const { claims }: { claims: { email: string } } = await whoami.json()
  return claims.email
}
