import { describe, expect, it } from 'vitest'
import { sees } from './sees'
import { useWorld } from './world'

const world = useWorld()

describe('The protected application in a browser', () => {
  it('is reached by way of the login on the team domain [U7, U11]', async () => {
    const { app, team } = world.server
    const page = await world.tab()
    await page.goto(`${app}/`)
    expect(await sees(page, 'Log in to Demo')).toBe('Sign in ・ Cloudflare Access')
    expect(page.url()).toContain(`${team}/cdn-cgi/access/login/${new URL(app).host}?`)
    await page.getByRole('button', { name: 'Ada' }).click()
    expect(await sees(page, 'Demo application')).toBe('Demo application')
    expect(page.url()).toBe(`${app}/`)
    expect(await page.getByRole('main').textContent()).toContain('ada@example.com')
  })

  it('is reached at the path and query that were requested first', async () => {
    const asked = `${world.server.app}/whoami?q=a%20b%26c&next=%2Fd%3Fe&empty=`
    const page = await world.tab()
    await page.goto(asked)
    await page.getByRole('button', { name: 'Ada' }).click()
    await page.waitForURL(asked)
    const { claims, headers } = JSON.parse((await page.locator('#json').textContent()) ?? '')
    expect(claims.email).toBe('ada@example.com')
    expect(headers['cf-access-authenticated-user-email']).toBe('ada@example.com')
  })

  it('refuses a person whom no policy admits, and admits another person [A11]', async () => {
    const asked = `${world.server.app}/?a=b`
    const page = await world.tab()
    await page.goto(asked)
    await page.getByRole('button', { name: 'Mallory' }).click()
    await sees(page, 'That account does not have access.')
    await page.getByRole('link', { name: 'Log in as another person' }).click()
    await page.getByRole('button', { name: 'Grace' }).click()
    await sees(page, 'Demo application')
    expect(page.url()).toBe(asked)
  })

  it('needs one login for the application and for clients [A9]', async () => {
    const { app, client } = world.server
    const page = await world.tab()
    await page.goto(`${app}/`)
    await page.getByRole('button', { name: 'Ada' }).click()
    await sees(page, 'Demo application')
    const { client_id } = await client.register()
    await page.goto(await client.authorizationUrl(client_id))
    expect(await page.title()).toBe('Authorize Client')
  })
})
