import { parse } from 'node-html-parser'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { CONNECTED } from '../support/dashboard'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'

stopClock()
const { fetch, reset, signIn, events, advance } = emulator()
const client = new Client(fetch)
const control = controlOf(fetch)
const HOST = 'https://emulator.example.workers.dev'
const TOKEN = 'a-token-of-sixteen-characters'
const deployed = emulator({ TEAM_DOMAIN: 'emulator.example.workers.dev', EMULATOR_TOKEN: TOKEN })
const PAGES = ['events', 'portals', 'state', 'faults', 'connect', 'check-origin']
  .map((name) => `/_emulator/console/${name}`)
  .toSpliced(0, 0, '/_emulator/')

beforeEach(reset)
afterAll(reset)

async function page(path: string) {
  const response = await fetch(APP + path)
  return { response, root: parse(await response.text()) }
}

/** Sends the form of a button, as a browser does. */
function press(fields: Record<string, string>, headers: Record<string, string> = { origin: APP }) {
  const form = { method: 'PATCH', path: '/_emulator/clock', back: '/_emulator/', ...fields }
  return fetch(`${APP}/_emulator/console/do`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  })
}

async function offset(): Promise<number> {
  const response = await fetch(`${APP}/_emulator/clock`)
  return ((await response.json()) as { offset_seconds: number }).offset_seconds
}

describe('With more grants than one page shows', () => {
  const sessionEnd = async (path: string) => {
    const { root } = await page(path)
    const form = root
      .querySelectorAll('form')
      .find((each) => each.text.includes('Jump to session end'))
    const body = form?.querySelector('[name=body]')?.getAttribute('value')
    return body && (JSON.parse(body) as { now: string }).now
  }

  it('the end of the session is that of the newest active grant, and every list begins with the newest', async () => {
    await signIn(ADA)
    for (let each = 0; each < 27; each++) {
      await advance('1m')
      await client.connect()
    }
    const list = async (cursor = '') => {
      const response = await fetch(`${APP}/_emulator/grants?cursor=${cursor}`)
      return (await response.json()) as {
        grants: { id: string; session_ends_at: string }[]
        cursor?: string
      }
    }
    // A grant is listed a moment after the response with its tokens.
    await vi.waitFor(
      async () => expect((await list((await list()).cursor)).grants).toHaveLength(2),
      20_000,
    )
    const first = await list()
    const second = await list(first.cursor)
    const all = [...first.grants, ...second.grants].sort((a, b) =>
      b.session_ends_at.localeCompare(a.session_ends_at),
    )
    expect(all).toHaveLength(27)
    const last = '/_emulator/console/state?grants=25'
    for (const grant of all.slice(0, 3)) {
      const after = new Date(Date.parse(grant.session_ends_at) + 1000).toISOString()
      for (const path of ['/_emulator/', '/_emulator/console/state', last]) {
        expect([path, await sessionEnd(path)]).toEqual([path, after])
      }
      await fetch(`${APP}/_emulator/grants/${grant.id}`, { method: 'DELETE' })
    }
    const { root } = await page('/_emulator/console/state')
    expect(root.querySelector('#grants')?.text).toContain('Showing 25 of 27, the newest first.')
    const newest = root.querySelector('#grants .id')?.text
    expect(newest).toBe(all[0]?.id)
    const { root: searched } = await page(`/_emulator/console/state?text=${all[26]?.id}`)
    expect(searched.querySelectorAll('#grants .records > li')).toHaveLength(1)
  })
})

describe('The console', () => {
  it.each(PAGES)(
    '%s is a page that loads nothing, and sends requests to this emulator only',
    async (path) => {
      const { response } = await page(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('text/html')
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("connect-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('cache-control')).toBe('no-store')
    },
  )

  it('is found without the slash too', async () => {
    const response = await fetch(`${APP}/_emulator`)
    expect([response.status, response.headers.get('location')]).toEqual([302, '/_emulator/'])
  })

  it('is closed on a public host without the token', async () => {
    for (const path of [...PAGES, '/_emulator/console/do']) {
      expect((await fetch(HOST + path)).status).toBe(503)
      expect((await deployed.fetch(HOST + path)).status).toBe(401)
    }
  })

  it('works on a public host with the cookie of its sign-in page', async () => {
    const headers = { origin: HOST, 'content-type': 'application/x-www-form-urlencoded' }
    const signedIn = await deployed.fetch(`${HOST}/_emulator/sign-in`, {
      method: 'POST',
      headers,
      body: `token=${TOKEN}`,
    })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    for (const path of PAGES) {
      expect((await deployed.fetch(HOST + path, { headers: { cookie } })).status).toBe(200)
    }
    const form = new URLSearchParams({
      method: 'PATCH',
      path: '/_emulator/clock',
      body: '{"advance":"16m"}',
      back: '/_emulator/',
    })
    const post = { method: 'POST', body: form.toString() }
    const url = `${HOST}/_emulator/console/do`
    const forged = { ...headers, cookie, origin: 'https://evil.example' }
    expect((await deployed.fetch(url, { ...post, headers: forged })).status).toBe(401)
    expect(await offset()).toBe(0)
    const pressed = await deployed.fetch(url, { ...post, headers: { ...headers, cookie } })
    expect(pressed.status).toBe(303)
    expect(await offset()).toBe(960)
  })

  it('does not change the control: JSON, and 404 for unknown paths', async () => {
    const response = await fetch(`${APP}/_emulator/console/nothing`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'not_found' })
  })

  it('draws a flow from its first 401 to its refresh', async () => {
    await signIn(ADA)
    await client.request('/mcp')
    const { clientId, tokens } = await client.connect({ client_name: 'Reports' })
    await client.request('/mcp', tokens.access_token)
    await advance('16m')
    await client.request('/mcp', tokens.access_token)
    await client.refresh(clientId, tokens.refresh_token)
    const { root } = await page('/_emulator/')
    const labels = root.querySelectorAll('.sequence summary').map((step) => {
      const line = step.querySelector('.label') ?? step.querySelector('.marker')
      return line?.text.replaceAll(/\s+/g, ' ').trim()
    })
    const shown = labels.map((label) =>
      label?.replace(/^.*?(?=GET|POST)/, '').replace('response ', ''),
    )
    expect(shown).toEqual([
      'GET /mcp 401 Bearer',
      'POST /cdn-cgi/access/oauth/registration 201 client_id',
      'GET /cdn-cgi/access/oauth/authorization 302 code',
      'POST /cdn-cgi/access/oauth/token 200 tokens',
      'GET /mcp origin 405',
      'clock +16m',
      'GET /mcp 401 Bearer',
      'POST /cdn-cgi/access/oauth/token 200 new pair',
    ])
    // Only the refusal is open, with the suggested change.
    const open = root.querySelectorAll('.sequence details[open]')
    expect(open.map((each) => each.querySelector('.change')?.text)).toEqual([
      expect.stringContaining('Use the refresh token'),
    ])
  })

  it('filters events by kind, outcome, client and text', async () => {
    await signIn(ADA)
    const { clientId } = await client.connect({ client_name: 'Reports' })
    await client.connect({ client_name: 'Others' })
    await fetch(`${APP}/mcp`)
    const kinds = async (query: string) => {
      const { root } = await page(`/_emulator/console/events?${query}`)
      return root.querySelectorAll('.events .what strong').map(({ text }) => text)
    }
    expect(await kinds('kind=challenge')).toEqual(['challenge'])
    expect(await kinds('outcome=asked')).toEqual(['challenge'])
    expect(await kinds(`client=${clientId}`)).toEqual(['token', 'authorization', 'registration'])
    expect(await kinds('text=REPORTS&kind=token')).toEqual(['token'])
    expect(await kinds('text=nothing+like+this')).toEqual([])
  })

  it('shows texts that others chose as text', async () => {
    await signIn(ADA)
    const name = '</script><script>alert(1)</script><img src=x onerror=alert(1)>'
    await client.connect({ client_name: name })
    for (const path of PAGES.filter((each) => /\/(|events|state)$/.test(each))) {
      const { root } = await page(path)
      expect(root.text).toContain('alert(1)')
      expect(root.querySelectorAll('script')).toHaveLength(1)
      expect(root.querySelectorAll('img')).toEqual([])
    }
    const { root } = await page(`/_emulator/?notice=${encodeURIComponent(name)}`)
    expect(root.querySelector('.notice')?.text).toContain(name)
  })

  it('fills its snippets with the addresses at which it was opened', async () => {
    const response = await fetch('http://localhost:9999/_emulator/console/connect')
    const text = await response.text()
    expect(text).toContain('claude mcp add --transport http demo http://localhost:9999/mcp')
    expect(text).not.toContain('8788')
  })

  it('installs itself in clients by their links', async () => {
    const { root } = await page('/_emulator/console/connect')
    const link = (name: string) =>
      new URL(
        root
          .querySelectorAll('a')
          .find(({ text }) => text === name)
          ?.getAttribute('href') ?? '',
      )
    const code = link('Install in VS Code')
    expect(code.protocol + code.pathname).toBe('vscode:mcp/install')
    expect(JSON.parse(decodeURIComponent(code.search.slice(1)))).toEqual({
      name: 'demo',
      type: 'http',
      url: `${APP}/mcp`,
    })
    const cursor = link('Install in Cursor')
    expect(cursor.href).toMatch(/^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?name=demo&/)
    expect(JSON.parse(atob(cursor.searchParams.get('config') ?? ''))).toEqual({ url: `${APP}/mcp` })
  })

  it('names guides that exist', async () => {
    const guides = Object.keys(import.meta.glob('/docs/*.md'))
    const named: string[] = []
    for (const path of PAGES) {
      const { root } = await page(path)
      named.push(...root.querySelectorAll('.guide code').map(({ text }) => `/${text}`))
    }
    expect(named).not.toEqual([])
    expect(guides).toEqual(expect.arrayContaining(named))
  })
})

it('The name in the header leads to the console, on the pages of the emulator only', async () => {
  const addressOn = async (path: string) =>
    (await page(path)).root.querySelector('header a')?.getAttribute('href')
  for (const path of PAGES) expect(await addressOn(path)).toBe('/_emulator/')
  expect(await addressOn('/cdn-cgi/access/logout')).toBeUndefined()
})

it('The console links to the connected applications of the dashboard [D30]', async () => {
  const { root } = await page('/_emulator/console/connect')
  const links = root.querySelectorAll('a').map((each) => each.getAttribute('href'))
  expect(links).toContain(CONNECTED)
})

describe('The strip of every page', () => {
  const strip = async (path: string) => {
    const { root } = await page(path)
    return root.querySelectorAll('.in-effect li').map(({ text }) => text)
  }

  it.each(PAGES)('names everything in effect on %s, and its button turns it off', async (path) => {
    expect(await strip(path)).toEqual([])
    await signIn(ADA)
    await advance('3h')
    await control('PUT', 'faults/slow', {})
    await control('PUT', 'faults/error', {})
    await control('PUT', 'quirks/refresh-grace', { on: true })
    expect(await strip(path)).toEqual([
      '2 faults: slow, error',
      '1 quirk: refresh-grace',
      'clock 3 h ahead',
      'automatic sign-in as ada@example.com',
    ])
    const { root } = await page(path)
    expect(root.querySelector('nav .count')?.text).toBe('3 on')
    await press({ method: 'DELETE', path: '/_emulator/in-effect', back: path })
    expect(await strip(path)).toEqual([])
    expect(await (await control('GET', 'in-effect')).json()).toEqual({
      clock_offset_seconds: 0,
      auto_sign_in: [],
      faults: [],
      quirks: [],
    })
  })

  it('leads to the warnings about the settings, which State has in full', async () => {
    const policies = [{ name: 'P', decision: 'allow', include: [{ group: { id: 'engineers' } }] }]
    const { fetch: send } = emulator({ APPLICATIONS: [application({ policies })] })
    const open = async (path: string) => parse(await (await send(APP + path)).text())
    for (const path of PAGES) {
      const link = (await open(path)).querySelector('.in-effect a')
      expect([link?.text, link?.getAttribute('href')]).toEqual([
        '1 warning about the settings',
        '/_emulator/console/state#warnings',
      ])
    }
    const state = await open('/_emulator/console/state')
    expect(state.querySelector('#warnings li')?.text).toMatch(/group is "engineers".*GROUPS/)
    expect(state.querySelector('.in-effect form')).toBeNull()
  })

  it('has the quirks of the setting QUIRKS too', async () => {
    const { fetch: send } = emulator({ QUIRKS: ['refresh-grace'] })
    const response = await send(`${APP}/_emulator/`)
    const root = parse(await response.text())
    expect(root.querySelector('.in-effect')?.text).toContain('refresh-grace')
    await send(`${APP}/_emulator/in-effect`, { method: 'DELETE' })
    const { quirks } = (await (await send(`${APP}/_emulator/in-effect`)).json()) as {
      quirks: string[]
    }
    expect(quirks).toEqual([])
  })
})

describe('A saved state', () => {
  const load = (body: FormData, headers: Record<string, string> = { origin: APP }) =>
    fetch(`${APP}/_emulator/console/load`, { method: 'POST', headers, body })
  const fileOf = (text: string) => {
    const form = new FormData()
    form.set('file', new File([text], 'state.json', { type: 'application/json' }))
    return form
  }

  it('is loaded from a file', async () => {
    await signIn(ADA)
    await client.connect({ client_name: 'Kept' })
    const { root } = await page('/_emulator/console/state')
    const link = root.querySelector('a[download]')?.getAttribute('href') ?? ''
    const saved = await (await fetch(APP + link)).text()
    await reset()
    const response = await load(fileOf(saved))
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/_emulator/console/state',
    ])
    expect((await page('/_emulator/console/state')).root.querySelector('#clients')?.text).toContain(
      'Kept',
    )
  })

  it('that is none is refused with the reason', async () => {
    const response = await load(fileOf('{}'))
    const { root } = await page(response.headers.get('location') ?? '')
    expect(root.querySelector('[role=alert]')?.text).toContain('version')
  })

  it('is not loaded without a file, or for another site', async () => {
    expect((await load(new FormData())).status).toBe(400)
    expect((await load(fileOf('{}'), { origin: 'https://evil.example' })).status).toBe(403)
  })
})

describe("A button's form", () => {
  it.each([
    [{ origin: APP }, 'Origin'],
    [{ 'sec-fetch-site': 'same-origin' }, 'Sec-Fetch-Site'],
  ])('does what its label says, from the console itself (%j)', async (headers, _what) => {
    const response = await press({ body: '{"advance":"16m"}' }, headers as never)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/_emulator/'])
    expect(await offset()).toBe(960)
    expect(await events()).toContainEqual(
      expect.objectContaining({
        kind: 'control',
        path: '/_emulator/clock',
        body: { advance: '16m' },
      }),
    )
  })

  it('turns fields into members, converts numbers, and omits empty fields', async () => {
    const path = '/_emulator/faults/error'
    const fields = { 'text.endpoint': 'token', 'number.status': '500', 'number.times': '' }
    await press({ method: 'PUT', path, body: '{}', ...fields })
    const response = await fetch(`${APP}/_emulator/faults`)
    const { faults } = (await response.json()) as { faults: { name: string; active: unknown }[] }
    expect(faults.find(({ name }) => name === 'error')?.active).toMatchObject({
      endpoint: 'token',
      status: 500,
      left: null,
    })
  })

  it('returns with the error text of the control', async () => {
    const back = '/_emulator/console/events?kind=token&notice=old'
    const response = await press({ 'text.advance': 'soon', back })
    const location = URL.parse(response.headers.get('location') ?? '', APP)
    expect(location?.pathname).toBe('/_emulator/console/events')
    expect(location?.searchParams.get('kind')).toBe('token')
    expect(location?.searchParams.getAll('notice')).toEqual([
      expect.stringContaining('advance: expected'),
    ])
    const { root } = await page(`${location?.pathname}${location?.search}`)
    expect(root.querySelector('[role=alert]')?.text).toContain('advance: expected')
    // The buttons of that page come back to it without the notice.
    expect(root.toString()).not.toContain('notice=')
    expect(await offset()).toBe(0)
  })

  it('returns with the reason if a fault could never strike', async () => {
    const back = '/_emulator/console/faults'
    const fields = { method: 'PUT', path: '/_emulator/faults/error', body: '{}', back }
    const scope = { 'text.endpoint': 'registration', 'text.client': 'x' }
    const response = await press({ ...fields, ...scope })
    const { root } = await page(response.headers.get('location') ?? '')
    expect(root.querySelector('[role=alert]')?.text).toContain('does not identify its client')
    expect(root.text).toContain('To change a fault that is on')
    // Parameters that a fault does not have are not offered.
    expect(root.querySelector('#keys-unavailable-client')).toBeNull()
  })

  it.each([
    [{}, 'no header'],
    [{ origin: 'https://evil.example' }, 'another site'],
    [{ origin: 'null' }, 'a page without an origin'],
    [{ origin: 'http://localhost:3000' }, 'another application of this machine'],
    [{ origin: TEAM }, 'the team domain'],
    [{ 'sec-fetch-site': 'cross-site' }, 'another site'],
    [{ 'sec-fetch-site': 'same-site' }, 'another port'],
  ])('is refused with 403 for %j (%s), and changes nothing', async (headers, _what) => {
    const response = await press({ body: '{"advance":"16m"}' }, headers as never)
    expect(response.status).toBe(403)
    expect(await offset()).toBe(0)
  })

  it.each([
    [{ path: '/mcp' }, 'outside'],
    [{ path: '//evil.example/_emulator/clock' }, 'another origin'],
    [{ path: 'https://evil.example/_emulator/clock' }, 'another origin'],
    [{ path: '/_emulator/../client/v4/accounts' }, 'outside, by ..'],
    [{ path: '/_emulator/%2e%2e/mcp' }, 'outside, by encoded ..'],
    [{ path: '/_emulator/console/do' }, 'itself'],
    [{ back: 'https://evil.example/' }, 'back to another origin'],
    [{ back: '//evil.example/' }, 'back to another origin'],
    [{ back: '/_emulator/..//evil.example/' }, 'back to another origin, by ..'],
    [{ body: '{' }, 'no JSON'],
    [{ body: '{', 'text.advance': '16m' }, 'no JSON'],
    [{ method: 'GET' }, 'a method that no button has'],
    [{ method: 'TRACE' }, 'a method that no button has'],
  ])('is refused with 400 for %j (%s), and changes nothing', async (fields, _what) => {
    const response = await press({ body: '{"advance":"16m"}', ...(fields as object) })
    expect(response.status).toBe(400)
    expect(await offset()).toBe(0)
    expect(await events()).toEqual([])
  })
})
