import { parse } from 'node-html-parser'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, emulator, TEAM } from '../support/emulator'
import { NAVIGATION, Person } from '../support/person'

const world = emulator()
beforeEach(world.reset)

const EVENT = 'x-emulator-event'
const get = (url: string, headers: Record<string, string> = {}) => world.fetch(url, { headers })

describe('X-Emulator-Event', () => {
  it.each([
    ['a challenge', `${APP}/mcp`, 401],
    ['metadata', `${APP}/.well-known/cloudflare-access-protected-resource/`, 200],
    ['the team domain', `${TEAM}/cdn-cgi/access/certs`, 200],
    ['a path that does not exist', `${TEAM}/cdn-cgi/access/nothing`, 404],
    ['the control', `${APP}/_emulator/clock`, 200],
    ['the API', `${APP}/client/v4/accounts`, 400],
  ])('is in the response of %s, with its Cf-Ray', async (_, url, status) => {
    const response = await get(url)
    const ray = response.headers.get('cf-ray')
    expect(response.status).toBe(status)
    expect(response.headers.get(EVENT)).toBe(
      `${new URL(url).origin}/_emulator/console/events?ray=${ray}`,
    )
  })

  it('leads to the events of the response alone', async () => {
    await get(`${APP}/other`)
    const response = await get(`${APP}/mcp`)
    const page = await get(response.headers.get(EVENT) ?? '')
    const events = parse(await page.text()).querySelectorAll('#events li')
    expect(events.map(({ text }) => text.includes('/mcp'))).toEqual([true])
  })

  it('is also in the response to a wrong setting, and to a wrong Host', async () => {
    const wrong = emulator({ CODE_LIFETIME: 'soon' })
    const responses = [await wrong.fetch(`${APP}/mcp`), await get(`${APP}/mcp`, { host: 'a/b' })]
    for (const { headers } of responses) {
      expect(headers.get(EVENT)).toBe(
        `${APP}/_emulator/console/events?ray=${headers.get('cf-ray')}`,
      )
    }
  })

  it('is not in a response of the origin', async () => {
    await world.signIn(ADA)
    const client = new Client(world.fetch)
    const { tokens } = await client.connect()
    const response = await client.request('/whoami', tokens.access_token)
    expect([response.status, response.headers.get(EVENT)]).toEqual([200, null])
  })
})

describe('The link "Why?"', () => {
  const linkOf = (html: string) =>
    parse(html).querySelector('footer a')?.getAttribute('href') ?? null
  const expected = (response: Response) =>
    `/_emulator/console/events?ray=${response.headers.get('cf-ray')}`

  it('is on an error page, and leads to the event of the page', async () => {
    const response = await get(`${TEAM}/cdn-cgi/access/oauth/authorization?client_id=x`)
    expect(linkOf(await response.text())).toBe(expected(response))
  })

  it('is on the login page and on the page of the demo', async () => {
    const person = await new Person(world.fetch).open(`${APP}/`)
    expect(linkOf(String(person.page?.html))).toMatch(/events\?ray=[0-9a-f]{16}$/)
    await person.press(ADA.email)
    expect(linkOf(String(person.page?.html))).toMatch(/events\?ray=[0-9a-f]{16}$/)
  })

  it('is not on a page of the console, because no decision led to it', async () => {
    const response = await get(`${APP}/_emulator/console/state`, NAVIGATION)
    expect(linkOf(await response.text())).toBeNull()
  })
})

describe('GET /_emulator/rules', () => {
  const control = controlOf(world.fetch)

  it('lists the rows of docs/fidelity.md', async () => {
    const { rules } = (await (await control('GET', 'rules')).json()) as { rules: { id: string }[] }
    expect(rules.length).toBeGreaterThan(200)
    expect(rules.every(({ id }) => /^[A-Z]{1,2}\d{1,2}$/.test(id))).toBe(true)
  })

  it('shows one row, in any case', async () => {
    for (const id of ['U2', 'u2']) {
      expect(await (await control('GET', `rules/${id}`)).json()).toEqual({
        id: 'U2',
        section: 'Without a credential, or with a wrong one',
        behaviour: 'the header `WWW-Authenticate` of this 401',
        details: [
          { name: 'expectation', value: expect.stringContaining('Bearer realm="OAuth"') },
          { name: 'known how', value: 'observed' },
        ],
      })
    }
  })

  it('shows a browser a page', async () => {
    const response = await get(`${APP}/_emulator/rules/T13`, { accept: 'text/html' })
    const root = parse(await response.text())
    expect(root.querySelector('h1')?.text).toMatch(/^T13: /)
    const unknown = await get(`${APP}/_emulator/rules/Z9`, { accept: 'text/html' })
    expect([unknown.status, parse(await unknown.text()).querySelector('h1')?.text]).toEqual([
      404,
      'Unknown rule',
    ])
  })

  it('is where the rules on the pages of the console lead', async () => {
    await get(`${APP}/mcp`)
    for (const [page, rule] of [
      ['events', 'U2'],
      ['faults', 'P21'],
    ]) {
      const response = await get(`${APP}/_emulator/console/${page}`)
      const links = parse(await response.text()).querySelectorAll('a')
      const hrefs = links.map((link) => link.getAttribute('href'))
      expect(hrefs).toContain(`/_emulator/rules/${rule}`)
      for (const href of hrefs.filter((each) => each?.startsWith('/_emulator/rules/'))) {
        expect((await get(APP + href)).status).toBe(200)
      }
    }
  })
})
