import { auth, type OAuthClientProvider } from '@modelcontextprotocol/client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/node'
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

it('greets a person whom Access has admitted', async () => {
  const page = await browser.newPage()
  await page.goto(access.url)
  await page.getByRole('button', { name: 'Ada' }).click()
  await page.getByRole('heading', { name: 'Hello, ada@example.com' }).waitFor()
})

it('is not reached by a person whom no policy admits', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(access.url)
  await page.getByRole('button', { name: 'Mallory' }).click()
  await page.getByRole('heading', { name: 'That account does not have access.' }).waitFor()
  const { why } = await access.events.next({ kind: 'access-request', outcome: 'refused' })
  expect(why).toContain('No policy of Demo matches mallory@blocked.example')
})

it('admits a client that a person allows', async () => {
  const page = await (await browser.newContext()).newPage()
  const callback = 'http://localhost:33418/callback'
  const client = mcpClient(callback)
  const serverUrl = access.mcpUrl
  expect(await auth(client, { serverUrl })).toBe('REDIRECT')

  // The steps of the person.
  await page.goto(client.opened)
  await page.getByRole('button', { name: 'Grace' }).click()
  await page.getByRole('heading', { name: 'Authorize Client' }).waitFor()
  const called = page.waitForRequest((request) => request.url().startsWith(callback))
  await page.getByRole('button', { name: 'Allow' }).click()
  const authorizationCode = new URL((await called).url()).searchParams.get('code') ?? ''

  expect(await auth(client, { serverUrl, authorizationCode })).toBe('AUTHORIZED')
  expect(await access.grants.list()).toMatchObject([
    { email: 'grace@example.com', client: { name: 'My client' } },
  ])
})

/** The state of your client between the steps of an authorization, in the interface of the MCP SDK. */
function mcpClient(redirectUrl: string) {
  const kept: Record<string, never> = {}
  const keep = (name: string) => (value: unknown) => {
    kept[name] = value as never
  }
  return {
    /** The URL that the client opened in the person's browser. */
    opened: '',
    redirectUrl,
    clientMetadata: { client_name: 'My client', redirect_uris: [redirectUrl] },
    clientInformation: () => kept.client,
    saveClientInformation: keep('client'),
    tokens: () => kept.tokens,
    saveTokens: keep('tokens'),
    codeVerifier: () => kept.verifier ?? '',
    saveCodeVerifier: keep('verifier'),
    redirectToAuthorization(url: URL) {
      this.opened = url.href
    },
  } satisfies OAuthClientProvider & { opened: string }
}
