import { createServer, type IncomingHttpHeaders } from 'node:http'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { VERIFIER } from '../support/client'
import { freePort } from '../support/server'
import { type Callback, listen } from './callback'
import { api, ask, REPORTS, register, type Tokens, token } from './dashboard'
import { sees } from './sees'
import { useWorld } from './world'

const CONNECTED = '/profile/access-management/authorization'
const world = useWorld()
beforeEach(() => world.server.control('POST', 'reset'))

const start = async (changes = {}) => {
  const callback = await listen()
  const { client_id, ...client } = await register(world.server, callback.url, changes)
  const page = await world.tab()
  await ask(world.server, page, client_id, callback.url)
  return { page, callback, clientId: client_id, client }
}
const exchange = async (callback: Callback, clientId: string): Promise<Tokens> => {
  const { body } = await token(world.server, {
    grant_type: 'authorization_code',
    code: callback.queries[0]?.get('code') ?? '',
    client_id: clientId,
    redirect_uri: callback.url,
    code_verifier: VERIFIER,
  })
  return body
}
const refresh = (clientId: string, { refresh_token }: Tokens) =>
  token(world.server, { grant_type: 'refresh_token', refresh_token, client_id: clientId })
const kinds = async () => {
  const response = await world.server.control('GET', 'events')
  const { events } = (await response.json()) as { events: Record<string, unknown>[] }
  return events
}

describe('The consent page of the dashboard [D15, D19]', () => {
  it('has the observed words', async () => {
    const { page } = await start()
    const text = await page.getByRole('main').textContent()
    expect(text).toContain('This will allow Reports to')
    expect(text).toContain('4 total permissions')
    expect(text).toContain('Only authorize access if you trust this application.')
    expect(text).toContain('ada@example.com / Emulated account')
    expect(text).toContain('This application has not verified ownership of any domain')
  })

  it('shows the logo, and reveals nothing about the page to the host of the logo', async () => {
    const asked: IncomingHttpHeaders[] = []
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
    const host = createServer((request, response) => {
      asked.push(request.headers)
      response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(svg)
    })
    const port = await freePort()
    host.listen(port)
    onTestFinished(() => void host.close())
    const { page } = await start({ logo_uri: `http://localhost:${port}/logo.svg` })
    await page.locator('.tile img.shown').waitFor()
    expect(asked.map(({ referer }) => referer)).toEqual([undefined])
  })

  it('grants the required permissions, and the optional ones that stay selected', async () => {
    const { page, callback, clientId } = await start()
    const zone = page.getByRole('checkbox', { name: /Zone Read/ })
    expect(await zone.isChecked()).toBe(true)
    await zone.uncheck()
    const required = page.getByRole('checkbox', { name: /Account Settings Read/ })
    expect([await required.isChecked(), await required.isDisabled()]).toEqual([true, true])
    await page.getByRole('button', { name: 'Authorize' }).click()
    await sees(page, 'You are connected')
    const granted = 'account-settings.read user-details.read offline_access'
    expect(callback.queries[0]?.get('scope')).toBe(granted)
    expect((await exchange(callback, clientId)).scope).toBe(granted)
  })

  it('finds a permission by a part of its name or id, and chooses by template', async () => {
    const { page } = await start()
    await page.getByRole('searchbox', { name: 'Search permissions' }).fill('zone')
    expect(await page.getByRole('checkbox', { name: /Read/ }).count()).toBe(1)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('checkbox', { name: /Zone Read/ }).uncheck()
    await page.getByText('3 total permissions').waitFor()
    await page.getByRole('button', { name: 'Full Access' }).click()
    await page.getByText('4 total permissions').waitFor()
  })

  it('refuses an authorization without permissions', async () => {
    const callback = await listen()
    const scopes = { scopes: ['zone.read'], grant_types: ['authorization_code'] }
    const { client_id } = await register(world.server, callback.url, scopes)
    const page = await world.tab()
    await ask(world.server, page, client_id, callback.url, [])
    await page.getByText('0 total permissions').waitFor()
    await page.getByText('Select at least one permission to authorize, or cancel.').waitFor()
    expect(await page.getByRole('button', { name: 'Authorize' }).isDisabled()).toBe(true)
  })

  it('sends access_denied and the state after Cancel', async () => {
    const { page, callback } = await start()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await sees(page, 'You are connected')
    expect(Object.fromEntries(callback.queries[0] ?? [])).toMatchObject({
      error: 'access_denied',
      state: 'the-state-of-it',
    })
  })
})

// A setup checklist for developers, with one test for each line.
describe('Verification after setup', () => {
  it('the consent screen shows the expected app name and publisher domain', async () => {
    const callback = await listen()
    const { client_id, client_uri_verification: own } = await register(world.server, callback.url)
    await world.server.control('PUT', 'dns', { 'reports.example.com': [own.text] })
    const path = `/accounts/0123456789abcdef0123456789abcdef/oauth_clients/${client_id}`
    await vi.waitFor(
      async () => {
        const { result } = await api(world.server, 'GET', path)
        expect(result).toMatchObject({ client_uri_verification: { status: 'verified' } })
      },
      { timeout: 15_000 },
    )
    const page = await world.tab()
    await ask(world.server, page, client_id, callback.url)
    const text = await page.getByRole('main').textContent()
    expect(text).toMatch(/reports\.example\.com\s+Verified publisher/)
    expect(text).not.toContain('has not verified')
  })

  it('the requested scopes match the documented job of the integration', async () => {
    const { page } = await start()
    const shown = await page
      .locator('input[name=scope]')
      .evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value')))
    expect(shown.toSorted()).toEqual([...REPORTS.scopes, 'offline_access'].toSorted())
  })

  it('a test user can authorize, complete the intended workflow, and then revoke access', async () => {
    const { page, callback, clientId } = await start()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await sees(page, 'You are connected')
    const tokens = await exchange(callback, clientId)
    const user = await api(world.server, 'GET', '/user', { token: tokens.access_token })
    expect(user.result).toMatchObject({ email: 'ada@example.com' })
    await page.goto(`${world.server.team}${CONNECTED}`)
    await page.getByRole('button', { name: 'Revoke Reports' }).click()
    await page.getByText('Reports is disconnected.').waitFor()
    await page.getByText(/^No application is connected/).waitFor()
    const after = await api(world.server, 'GET', '/user', { token: tokens.access_token })
    expect(after.status).toBe(403)
  })

  it('revoked access no longer works after normal token refresh windows', async () => {
    const { page, callback, clientId } = await start()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await sees(page, 'You are connected')
    const tokens = await exchange(callback, clientId)
    await page.goto(`${world.server.team}${CONNECTED}`)
    await page.getByRole('button', { name: 'Revoke Reports' }).click()
    await page.getByText('Reports is disconnected.').waitFor()
    expect(await refresh(clientId, tokens)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    await world.server.control('PATCH', 'clock', { advance: '1h' })
    const later = await api(world.server, 'GET', '/user', { token: tokens.access_token })
    expect(later.status).toBe(403)
  })

  it('support logs can distinguish a user cancellation, a missing scope, a revoked grant, and a real product failure', async () => {
    const { page, callback, clientId } = await start()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await sees(page, 'You are connected')
    const tokens = await exchange(callback, clientId)
    const missing = await api(world.server, 'GET', '/memberships', { token: tokens.access_token })
    expect(missing).toMatchObject({ status: 403, errors: [{ code: 10000 }] })
    await page.goto(`${world.server.team}${CONNECTED}`)
    await page.getByRole('button', { name: 'Revoke Reports' }).click()
    await page.getByText('Reports is disconnected.').waitFor()
    await refresh(clientId, tokens)
    const other = await world.tab()
    await ask(world.server, other, clientId, callback.url)
    await other.getByRole('button', { name: 'Cancel' }).click()
    await sees(other, 'You are connected')
    const actor = {
      client: { id: clientId, name: 'Reports' },
      email: 'ada@example.com',
      rayId: expect.stringMatching(/^[0-9a-f]{16}$/),
    }
    for (const kind of [
      'client-not-verified',
      'scope-missing',
      'grant-revoked',
      'token-of-a-revoked-grant',
      'authorization-cancelled',
    ]) {
      expect(await kinds()).toContainEqual(expect.objectContaining({ kind, ...actor }))
    }
    expect((await kinds()).map(({ kind }) => kind)).not.toContain('failure')
  })

  it('customers have a plain-language text that explains how to disconnect the app', async () => {
    const { page } = await start()
    await page.goto(`${world.server.team}${CONNECTED}`)
    const text = await page.getByRole('main').textContent()
    expect(text).toContain('To disconnect an application, select Revoke. Its access ends at once')
  })
})
