import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/node/index'
import { launchBrowser } from '../support/browser'

// A web application's own test, with Access in front of it: a person logs in with a click.
let access: Emulator
let browser: Browser
beforeAll(async () => {
  access = await startEmulator({
    origin: (request) =>
      new Response(`<h1>Hello, ${request.headers.get('cf-access-authenticated-user-email')}</h1>`, {
        headers: { 'content-type': 'text/html' },
      }),
  })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await access?.close()
})

it('greets whom Access has let in', async () => {
  const page = await browser.newPage()
  await page.goto(access.url)
  await page.getByRole('button', { name: 'Ada' }).click()
  await page.getByRole('heading', { name: 'Hello, ada@example.com' }).waitFor()
})

it('is not reached by somebody whom no policy admits', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(access.url)
  await page.getByRole('button', { name: 'Mallory' }).click()
  await page.getByRole('heading', { name: 'That account does not have access.' }).waitFor()
  const { why } = await access.events.next({ kind: 'access request', outcome: 'refused' })
  expect(why).toContain('No policy of Demo matches mallory@blocked.example')
})
