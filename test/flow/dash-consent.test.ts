import { beforeEach, describe, expect, it } from 'vitest'
import { type Fetch, query, redirectOf, tokensOf } from '../support/client'
import {
  CALLBACK,
  CONNECTED,
  DASH,
  DashClient,
  type DashTokens,
  withClients,
} from '../support/dashboard'
import { emulator, stopClock } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const OURS = 'a'.repeat(32)
const THEIRS = 'b'.repeat(32)
const SECOND = 'c'.repeat(32)
const ACCOUNTS = [
  { id: OURS, name: 'Ours', members: ['ada@example.com'] },
  { id: SECOND, name: 'Second', members: ['ada@example.com'] },
  { id: THEIRS, name: 'Theirs', members: ['grace@example.com'] },
]
const settings = { ...withClients({ account_id: OURS }), ACCOUNTS }
const world = emulator(settings)
const client = new DashClient(world.fetch)
const SCOPE = 'zone.read dns.write offline_access'
beforeEach(world.reset)

/** A person at the consent page. */
async function atConsent(email = 'ada@example.com', scope: string | undefined = SCOPE) {
  const person = new Person(world.fetch)
  await person.open(await client.authorizationUrl({ scope }))
  return person.press(email)
}

/** The form of the consent page, with fields replaced. */
async function send(person: Person, fields: [string, string][]): Promise<Response> {
  return world.fetch(person.page?.url ?? '', {
    method: 'POST',
    headers: {
      cookie: person.cookies('127.0.0.1:8788'),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  })
}

/** The response to a person who selects one account and presses Authorize. */
function authorized(person: Person): Promise<Response> {
  return send(person, [
    ['action', 'authorize'],
    ['account', OURS],
  ])
}

/** The tokens for the code that a response brings to the callback. */
function redeemed(response: Response): Promise<DashTokens> {
  return tokensOf(client.exchange(redirectOf(response).parameters.get('code') ?? ''))
}

describe('The way to the consent page', () => {
  it('leads through the login page, which lists the people of the seed', async () => {
    const person = await new Person(world.fetch).open(await client.authorizationUrl())
    expect(person.page?.title).toBe('Log in to the dashboard')
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('Zone lister')
  })

  it('skips the login while the session lasts, but not the consent [D15]', async () => {
    const person = await atConsent()
    expect((await authorized(person)).headers.get('location')).toContain('code=cfoac_')
    await person.open(await client.authorizationUrl())
    expect(person.page?.url).toContain('/oauth2/consent')
  })

  it('requires a session of the dashboard, which is not one of the team domain', async () => {
    const person = await atConsent()
    expect(person.cookies('127.0.0.1:8788')).toMatch(/CF_Dash_Session=[\w-]+\./)
    expect(person.cookies('127.0.0.1:8788')).not.toMatch(/CF_Access_Session=[\w-]+\./)
  })

  it('refuses the form of a login page that a newer one replaced', async () => {
    const person = await new Person(world.fetch).open(await client.authorizationUrl())
    const first = person.page
    await person.open(await client.authorizationUrl())
    person.page = first
    await person.press('ada@example.com')
    expect(person.page?.title).toBe('Invalid nonce. Please try logging in again.')
  })
})

describe('The consent page', () => {
  it('names the application, its publisher, the account and the requested scopes [D15, D19]', async () => {
    const { page } = await atConsent()
    const text = page?.text ?? ''
    for (const each of ['Zone lister', 'ada@example.com', 'Ours', 'Second', 'Zone Read']) {
      expect(text).toContain(each)
    }
    expect(text).toContain('3 total permissions')
    expect(text).toContain('This application has not verified ownership of any domain')
    expect(text).not.toContain('Theirs')
  })

  it('links to the page where the person can revoke the access [D30]', async () => {
    const { page } = await atConsent()
    const links = page?.html.querySelectorAll('a') ?? []
    const link = links.find(({ text }) => text === 'Connected Applications')
    expect(DASH + link?.getAttribute('href')).toBe(CONNECTED)
  })

  it('offers no authorization of a request without scopes [D12]', async () => {
    const person = new Person(world.fetch)
    await person.open(await client.authorizationUrl({ scope: undefined }))
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('0 total permissions')
    const button = person.page?.html.querySelector('button[value=authorize]')
    expect(button?.hasAttribute('disabled')).toBe(true)
    const response = await authorized(person)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  it('redirects with access_denied on Cancel [D18]', async () => {
    const person = await atConsent()
    await person.press('cancel')
    expect(Object.fromEntries(person.callback?.searchParams ?? [])).toEqual({
      error: 'access_denied',
      error_description:
        'The resource owner or authorization server denied the request. The resource owner denied the request.',
      state: 'the-state',
    })
  })

  it('grants fewer scopes if optional permissions are left out [D16]', async () => {
    const response = await authorized(await atConsent())
    const { searchParams } = new URL(response.headers.get('location') ?? '')
    expect(searchParams.get('scope')).toBe('zone.read offline_access')
    expect((await redeemed(response)).scope).toBe('zone.read offline_access')
  })

  it('grants the selected scopes on the selected accounts [D16, D17]', async () => {
    const response = await send(await atConsent(), [
      ['action', 'authorize'],
      ['account', OURS],
      ['account', SECOND],
      ['scope', 'dns.write'],
    ])
    expect((await redeemed(response)).scope).toBe(SCOPE)
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        kind: 'application-authorized',
        email: 'ada@example.com',
        accountIds: [OURS, SECOND],
        scopes: SCOPE.split(' '),
      }),
    )
  })

  /** The page of Ada's connected applications. */
  async function connected(fetch: Fetch): Promise<string | undefined> {
    const person = await (await new Person(fetch).open(CONNECTED)).press('ada@example.com')
    return person.page?.text
  }

  it('adds to the accounts and scopes of the connected application [D30]', async () => {
    for (const [scope, account] of [
      ['zone.read', OURS],
      ['dns.write', SECOND],
    ] as const) {
      await send(await atConsent('ada@example.com', scope), [
        ['action', 'authorize'],
        ['account', account],
        ['scope', scope],
      ])
    }
    const text = await connected(world.fetch)
    expect(text).toContain('Second, Ours')
    expect(text).toMatch(/DNS Write\s+Zone Read/)
  })

  it('leaves the id of an account that is no longer in ACCOUNTS [D30]', async () => {
    await authorized(await atConsent())
    const { fetch } = emulator({ ...settings, ACCOUNTS: ACCOUNTS.slice(1) })
    expect(await connected(fetch)).toContain(OURS)
  })

  it('never grants more than was requested, whatever the form contains', async () => {
    const person = await atConsent('ada@example.com', 'zone.read')
    const response = await send(person, [
      ['action', 'authorize'],
      ['account', OURS],
      ['scope', 'dns.write'],
      ['scope', 'user-details.read'],
    ])
    expect((await redeemed(response)).scope).toBe('zone.read')
  })

  it.each([
    ['an account of others', [['account', THEIRS]]],
    [
      'an account of others among own ones',
      [
        ['account', OURS],
        ['account', THEIRS],
      ],
    ],
    ['an account that does not exist', [['account', 'f'.repeat(32)]]],
    ['no account', []],
  ] as [string, [string, string][]][])('refuses %s [D17]', async (_, accounts) => {
    const response = await send(await atConsent(), [['action', 'authorize'], ...accounts])
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  it('refuses an unknown action', async () => {
    expect((await send(await atConsent(), [['action', 'maybe']])).status).toBe(400)
  })

  it('is valid only in the session that it was shown to', async () => {
    const [ada, stranger] = [await atConsent(), new Person(world.fetch)]
    await stranger.open(ada.page?.url ?? '')
    expect(stranger.page).toMatchObject({ status: 400, title: 'This page is out of date' })
    const response = await world.fetch(ada.page?.url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: query({ action: 'authorize', account: OURS }),
    })
    expect(response.status).toBe(400)
  })

  it('expires after 15 minutes', async () => {
    const person = await atConsent()
    await world.advance('15m')
    expect((await send(person, [['action', 'cancel']])).status).toBe(400)
  })

  it('checks the request again, since the client may have changed', async () => {
    const person = await atConsent()
    const none = { account_id: OURS, scopes: [], optional_scopes: [] }
    const changed = emulator({ ...settings, ...withClients(none) })
    const response = await changed.fetch(person.page?.url ?? '', {
      headers: { cookie: person.cookies('127.0.0.1:8788') },
    })
    expect(response.headers.get('location')).toMatch(/^https:.*error=invalid_scope/)
  })
})

describe('A logout', () => {
  const logout = `${DASH}/oauth2/sessions/logout`

  it('ends the session, copied cookies included [D7]', async () => {
    const person = await atConsent()
    const cookie = person.cookies('127.0.0.1:8788')
    await person.open(logout)
    expect(person.page?.title).toBe('You are logged out')
    const response = await world.fetch(await client.authorizationUrl(), { headers: { cookie } })
    expect(response.headers.get('location')).toContain('/oauth2/login')
  })

  it('leaves grants unchanged', async () => {
    const person = await atConsent()
    const tokens = await redeemed(await authorized(person))
    await person.open(logout)
    expect(await client.isGood(tokens.access_token)).toBe(true)
  })

  it.each([
    ['registered for the client of client_id', 'https://app.example/bye', true],
    ['not registered', 'https://app.example/bye2', false],
    ['missing', undefined, false],
  ])('redirects to a post_logout_redirect_uri that is %s: %s', async (_, uri, isFollowed) => {
    const post_logout_redirect_uris = ['https://app.example/bye']
    const { fetch } = emulator(withClients({ post_logout_redirect_uris }))
    const parameters = query({
      client_id: client.clientId,
      post_logout_redirect_uri: uri,
      state: 'a b',
    })
    const response = await fetch(`${DASH}/oauth2/logout?${parameters}`)
    const location = response.headers.get('location')
    expect(location).toBe(isFollowed ? `${uri}?state=a+b` : null)
  })

  it('accepts an expired id_token as a hint of the client', async () => {
    const post_logout_redirect_uris = [CALLBACK]
    const { fetch } = emulator(withClients({ post_logout_redirect_uris }))
    await world.signIn({ email: 'ada@example.com' })
    const { id_token } = await new DashClient(fetch).connect({ scope: 'openid' })
    await world.advance('48h')
    const at = (hint: string) =>
      fetch(`${logout}?${query({ id_token_hint: hint, post_logout_redirect_uri: CALLBACK })}`)
    expect((await at(id_token)).headers.get('location')).toBe(CALLBACK)
    expect((await at(`${id_token}x`)).headers.get('location')).toBeNull()
  })
})
