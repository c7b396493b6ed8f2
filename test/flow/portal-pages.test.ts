import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api } from '../support/api'
import { bearer } from '../support/client'
import { ADA, emulator, GRACE, stopClock, TEAM } from '../support/emulator'
import type { UpstreamOAuth } from '../support/oauth-upstream'
import { NAVIGATION, type Person } from '../support/person'
import {
  atServers,
  ENDPOINT,
  finishServers,
  PORTAL,
  PortalAdmin,
  PortalClient,
  personOf,
  portalWithOAuth,
  useUpstreams,
} from '../support/portal'

stopClock()

const { fetch, reset } = emulator()
const admin = new PortalAdmin(fetch)

const upstream = useUpstreams(reset, 'docs', 'mail')
let oauth: UpstreamOAuth
beforeEach(async () => {
  oauth = await portalWithOAuth(admin, upstream.docs, { others: ['mail'] })
})

/** Ada at the page of servers of an authorization. */
const atAuthorization = () => atServers(fetch, ADA)

/** Ada at the page of an address that a tool of the portal gave her client. */
async function atAddress(revision: '2026-07-28' | '2025-11-25' = '2026-07-28') {
  const at = await atAuthorization()
  const { access_token: token } = await finishServers(fetch, at)
  const { person } = at
  const caller = new PortalClient(fetch, bearer(token), revision)
  if (revision === '2025-11-25') await caller.initialize()
  const text = await caller.text('portal_toggle_servers')
  await person.open(text.match(/http\S+/)?.[0] ?? '')
  return { person, caller }
}

describe('The page of a portal_toggle_servers address', () => {
  it('signs its person in to a server, and shows whether they are signed in [MP50, MP66]', async () => {
    const { person, caller } = await atAddress()
    expect(person.page?.text).toMatch(/DOCS not connected.*MAIL ready/s)
    await person.press('connect docs')
    expect(person.callback?.searchParams.get('redirect_uri')).toBe(`${PORTAL}/servers-callback`)
    await person.open(oauth.allow(person.callback))
    expect(person.page?.title).toBe('Servers of Tools')
    expect(person.page?.text).toMatch(/DOCS connected.*MAIL ready/s)
    expect(await caller.text('docs_read')).toBe('docs read')
  })

  it.each(['2026-07-28', '2025-11-25'] as const)(
    'switches a server off and on for a client of %s [MP50]',
    async (revision) => {
      const { person, caller } = await atAddress(revision)
      await person.press('disable mail')
      expect(person.page?.text).toContain('MAIL disabled')
      expect(await caller.tools()).not.toContain('mail_read')
      await person.press('enable mail')
      expect(person.page?.text).toContain('MAIL ready')
      expect(await caller.tools()).toContain('mail_read')
    },
  )
})

describe.each([
  ['of an authorization', 'Invalid state: missing or invalid nonce', atAuthorization],
  ['of a portal_toggle_servers address', 'This page has expired', atAddress],
])('The page of servers %s', (_, title, atPage) => {
  it('is bound to the browser that logged in', async () => {
    const { person }: { person: Person } = await atPage()
    const url = person.page?.url ?? ''
    const grace = personOf(fetch)
    for (const stranger of [personOf(fetch), await grace.open(`${PORTAL}/elsewhere`)]) {
      if (stranger === grace) await grace.press(GRACE.email)
      await stranger.open(url)
      expect(stranger.page).toMatchObject({ status: 400, title })
    }
  })

  it('needs an address that the emulator has signed', async () => {
    const { person }: { person: Person } = await atPage()
    await person.open((person.page?.url ?? '').slice(0, -4))
    expect(person.page).toMatchObject({ status: 400, title })
  })

  it('expires when the portal is deleted', async () => {
    const { person }: { person: Person } = await atPage()
    const portal = `${ACCOUNT}/access/ai-controls/mcp/portals/tools`
    expect((await api(fetch).delete(portal)).status).toBe(200)
    await person.open(person.page?.url ?? '')
    expect(person.page).toMatchObject({ status: 400, title })
  })

  it.each(['', 'connect', 'connect nothing', 'connect mail', 'forget docs'])(
    'refuses the action "%s", which none of its buttons has',
    async (action) => {
      const { person }: { person: Person } = await atPage()
      const { html, url = '' } = person.page ?? {}
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: person.cookies('127.0.0.1:8788'),
          origin: TEAM,
        },
        body: new URLSearchParams({ action }).toString(),
      })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('Invalid form')
      expect((await person.open(url)).page?.html.text).toBe(html?.text)
    },
  )
})

describe('A browser in which nobody is signed in', () => {
  it('cannot finish the sign-in of a person at a server', async () => {
    const { person } = await atAuthorization()
    await person.press('connect docs')
    const back = oauth.allow(person.callback)
    const other = await personOf(fetch).open(back)
    expect(other.page).toMatchObject({
      status: 400,
      title: 'Invalid state: missing or invalid nonce',
    })
    expect(oauth.tokenRequests).toEqual([])
  })

  it('gets a page that says so at the sign-out of a portal [MP37]', async () => {
    const person = await personOf(fetch).open(`${PORTAL}/sign-out`)
    expect(person.page).toMatchObject({ status: 200, title: 'You are signed out.' })
    expect(person.page?.text).toContain('Nobody is signed in to Tools')
  })
})

describe('The sign-out of a portal', () => {
  it('removes the sign-ins at its servers, and ends the session at the team domain [MP37]', async () => {
    const { person } = await atAuthorization()
    await person.press('connect docs')
    await person.open(oauth.allow(person.callback))
    const headers = { cookie: person.cookies('127.0.0.1:8788') }
    const identity = `${TEAM}/cdn-cgi/access/get-identity`
    expect((await fetch(identity, { headers })).status).toBe(200)
    await person.open(`${PORTAL}/sign-out`)
    await person.press('Sign out')
    expect(person.page?.text).toContain('your sign-ins to 1 of its servers')
    expect(person.cookies('127.0.0.1:8788')).toMatch(/CF_Access_Session=(;|$)/)
    expect((await fetch(identity, { headers })).status).toBe(400)
  })

  it('responds with 404 for a portal that does not exist', async () => {
    const url = `${TEAM}/cdn-cgi/access/oauth/portal/sign-out?portal=nothing`
    expect((await fetch(url, { headers: NAVIGATION })).status).toBe(404)
  })
})

describe('The cookie of a browser at a portal', () => {
  it('admits to its paths, but not to its MCP endpoint [MP57]', async () => {
    const person = await personOf(fetch).open(`${PORTAL}/elsewhere`)
    await person.press(ADA.email)
    expect(person.page).toMatchObject({ status: 404, text: 'MCP endpoint not found' })
    await person.open(ENDPOINT)
    expect(person.page?.status).toBe(401)
    expect(person.page?.headers.get('www-authenticate')).toMatch(/^Bearer .*invalid_token/)
    expect(person.page?.headers.get('www-authenticate')).toContain('Session expired')
  })
})
