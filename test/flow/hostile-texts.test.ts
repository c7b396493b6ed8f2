import { beforeEach, describe, expect, it } from 'vitest'
import { eventLine } from '../../src/events/event-line'
import { api } from '../support/api'
import { Client, REDIRECT_URI, type Tokens } from '../support/client'
import { controlOf } from '../support/control'
import { CONNECTED, DASH, DashClient, SECRET, withClients } from '../support/dashboard'
import { ADA, APP, application, emulator, TEAM } from '../support/emulator'
import { type Page, Person } from '../support/person'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

const MARKUP = `"'><img src=x onerror=alert(1)><script>alert(2)</script></title></style>&amp;`
const settings = {
  ...withClients({ client_name: MARKUP, account_id: 'a'.repeat(32) }),
  PEOPLE: [{ name: MARKUP, email: 'ada@example.com' }],
  ACCOUNTS: [{ id: 'a'.repeat(32), name: MARKUP, members: ['ada@example.com'] }],
  APPLICATIONS: [application({ name: MARKUP })],
}
const world = emulator(settings)
const client = new Client(world.fetch)
const dash = new DashClient(world.fetch)
beforeEach(world.reset)

/** That a page shows the text as text, and has no element of it. */
function showsAsText(page: Page | undefined, text = MARKUP): void {
  expect(page?.text).toContain(text)
  runsNothing(page)
}

function runsNothing(page: Page | undefined): void {
  const nonces = page?.headers.get('content-security-policy')?.match(/(?<=nonce-)[\w-]+/g) ?? []
  for (const script of page?.html.querySelectorAll('script') ?? []) {
    expect(nonces).toContain(script.getAttribute('nonce'))
  }
  expect(page?.html.querySelector('[onerror], [onload], img[src=x]')).toBeNull()
  expect(page?.html.querySelectorAll('title').length).toBe(1)
}

describe('Markup in texts that others chose is escaped', () => {
  it('on the login page: an application, a person', async () => {
    showsAsText((await new Person(world.fetch).open(`${APP}/`)).page)
  })

  it('on the consent page: a client, its application', async () => {
    const { client_id } = await client.register({ client_name: MARKUP })
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    showsAsText((await person.press('ada@example.com')).page)
  })

  it('on the block page: an application, an address', async () => {
    const person = await new Person(world.fetch).open(`${APP}/`)
    await person.press('Log in', { email: "o'<b>@blocked.example" })
    runsNothing(person.page)
    await person.press('Log in', { email: "o'hara&lt@blocked.example" }).catch(() => undefined)
    runsNothing(person.page)
  })

  it('on the permissions page and that of connected applications: a client, an account', async () => {
    const person = await new Person(world.fetch).open(await dash.authorizationUrl())
    showsAsText((await person.press('ada@example.com')).page)
    await world.signIn(ADA)
    await dash.connect()
    showsAsText((await person.open(CONNECTED)).page)
  })

  it.each([
    [`${TEAM}/cdn-cgi/access/${encodeURIComponent(MARKUP)}`],
    [`${TEAM}/cdn-cgi/access/oauth/authorization?client_id=${encodeURIComponent(MARKUP)}`],
    [`${TEAM}/cdn-cgi/access/oauth/authorization?${encodeURIComponent(MARKUP)}=1&redirect_uri=x`],
    [`${TEAM}/cdn-cgi/access/login/${encodeURIComponent(MARKUP)}`],
    [`${TEAM}/cdn-cgi/access/callback?error=${encodeURIComponent(MARKUP)}`],
    [
      `${DASH}/oauth/error?error=${encodeURIComponent(MARKUP)}&error_description=${encodeURIComponent(MARKUP)}`,
    ],
    [`${DASH}/oauth2/auth?client_id=${encodeURIComponent(MARKUP)}`],
    [`${DASH}/oauth2/${encodeURIComponent(MARKUP)}`],
  ])('on the page of an error: %s', async (url) => {
    const { page } = await new Person(world.fetch).open(url)
    expect(page?.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    runsNothing(page)
  })

  it('in the bodies of redirects and refusals', async () => {
    const path = `/${encodeURIComponent(MARKUP)}?${MARKUP}`
    for (const response of [
      await world.fetch(APP + path, {
        headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' },
      }),
      await dash.authorization({ state: MARKUP, response_type: 'x' }),
      await world.fetch(`${APP}/`, {
        method: 'OPTIONS',
        headers: { origin: MARKUP, 'access-control-request-method': MARKUP },
      }),
    ]) {
      expect(await response.text()).not.toMatch(/<script|<img/)
    }
  })

  it('is isolated from the text around it: no character reverses it (UAX 9)', async () => {
    const name = 'Claude\u202e edoC\u2066\u2069\u200f\u061c'
    const { client_id } = await client.register({ client_name: name })
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    const consent = (await person.press('ada@example.com')).page
    const urls = ['console/events', 'console/state', `clients/${client_id}/report`, '']
    expect(consent?.text).toContain('Claude edoC')
    expect(consent?.html.toString()).not.toMatch(/\p{Bidi_Control}/u)
    for (const url of urls) {
      const response = await world.fetch(`${APP}/_emulator/${url}`, {
        headers: { accept: 'text/html' },
      })
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(await response.text()).not.toMatch(/\p{Bidi_Control}/u)
    }
    // The registered values are those that were sent.
    const event = (await world.events()).find(({ kind }) => kind === 'registration')
    expect(event).toMatchObject({ client: { name } })
  })

  it.each(['logo_uri', 'client_uri', 'tos_uri', 'policy_uri', 'jwks_uri'])(
    'is not used as an address: %s',
    async (member) => {
      const scripts = [
        'javascript:alert(1)',
        'data:text/html,x',
        'vbscript:x',
        ' javascript:x',
        'JAVASCRIPT:x',
        'java\nscript:x',
      ]
      for (const script of scripts) {
        const response = await client.registration({ [member]: script })
        expect([script, response.status]).toEqual([script, 400])
      }
    },
  )

  it('shows neither logo nor link of a client that registered itself', async () => {
    const { client_id } = await client.register({
      logo_uri: 'https://evil.example/logo.png',
      client_uri: 'https://evil.example/',
    })
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    await person.press('ada@example.com')
    expect(person.page?.title).toBe('Authorize Client')
    expect(person.page?.html.toString()).not.toContain('evil.example')
  })
})

describe('Events and log lines', () => {
  const told = async () => {
    const events = await world.events()
    const lines = events.map((each) => eventLine(each as never))
    return { text: JSON.stringify(events), lines }
  }

  it('contain no secret, token, code, ticket or cookie', async () => {
    const machines = emulator({
      ...settings,
      SERVICE_TOKENS: [serviceToken()],
      APPLICATIONS: [
        application(),
        application({ name: 'M', domain: 'm.example', policies: [SERVICE_AUTH] }),
      ],
    })
    const secrets: (string | undefined | null)[] = [SECRET, serviceToken().client_secret, 'a-token']
    const { fetch } = machines
    const asked = new Client(fetch)
    const person = await new Person(fetch).open(`${APP}/private?x=y`)
    secrets.push(new URL(person.page?.url ?? '').searchParams.get('meta'))
    await person.press('ada@example.com')
    secrets.push(
      ...[...person.cookies('localhost').matchAll(/=([^;]+)/g)].map(([, value]) => value),
    )
    const { client_id, client_secret } = await asked.register({
      token_endpoint_auth_method: 'client_secret_post',
    })
    await world.signIn(ADA)
    const code = await asked.code(client_id)
    const answer = await asked.exchange(client_id, code, { client_secret })
    const tokens = (await answer.json()) as Tokens
    secrets.push(client_secret, code, tokens.access_token, tokens.refresh_token)
    await asked.request(`/whoami?access_token=${tokens.access_token}`, tokens.access_token)
    await asked.exchange(client_id, code, { client_secret })
    await asked.exchange(client_id, code, { client_secret: `${client_secret}x` })
    await asked.refresh(client_id, tokens.refresh_token, { client_secret })
    await asked.request('/whoami', `${tokens.access_token}x`)
    await fetch('http://m.example/', { headers: credentials() })
    await fetch('http://m.example/', {
      headers: { ...credentials(), 'cf-access-client-secret': 'a-wrong-secret' },
    })
    const dashTokens = await dash.connect()
    secrets.push(dashTokens.access_token, dashTokens.refresh_token, 'a-wrong-secret')
    await dash.refresh(dashTokens.refresh_token)
    const created = await api(fetch).post<{ id: string; client_secret: string }>(
      '/accounts/0123456789abcdef0123456789abcdef/access/service_tokens',
      { name: 'x' },
    )
    secrets.push(created.body.result?.client_secret)
    const { text, lines } = await told()
    for (const secret of secrets.filter(Boolean)) {
      expect(text).not.toContain(secret)
      expect(lines.join('\n')).not.toContain(secret)
    }
    expect(lines.length).toBeGreaterThan(15)
  })

  it.each([
    [
      'a redirect URI',
      () =>
        client.registration({
          redirect_uris: ['http://x\n00:00:00 + registration (201)\u001b[2J'],
        }),
    ],
    [
      'a member of the API',
      () =>
        api(world.fetch).post('/accounts/0123456789abcdef0123456789abcdef/access/tags', {
          name: 'x',
          'a\n00:00:00 + registration (201)\u001b[2J': 1,
        }),
    ],
    [
      'a body of the control',
      () => controlOf(world.fetch)('PUT', 'auto-sign-in', { email: 'ada@example.com' }),
    ],
    ['a parameter', () => client.postForm('/oauth/token', 'a%0A%1b=1&a%0A%1b=1')],
    [
      'a parameter of the dashboard',
      () => dash.exchange('x\n\u001b[2J', { grant_type: 'x\n\u001b[2J' }),
    ],
    [
      'an address',
      () => world.fetch(`${APP}/%0A%1b[2J`, { headers: { authorization: 'Bearer x' } }),
    ],
  ] satisfies [string, () => Promise<unknown>][])(
    'are one line each and contain no terminal control characters: %s',
    async (_, act) => {
      await act()
      const { lines } = await told()
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatch(/^\P{Cc}+$/u)
    },
  )

  it('contain no query, which may contain codes and tickets', async () => {
    await world.fetch(`${APP}/x?code=a-code-in-a-query`)
    await client.authorization('nobody', {
      redirect_uri: REDIRECT_URI,
      state: 'a-state-in-a-query',
    })
    const { lines, text } = await told()
    expect(lines).toHaveLength(2)
    expect([...lines, text].join()).not.toContain('in-a-query')
  })
})
