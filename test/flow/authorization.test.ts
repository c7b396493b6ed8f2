import { beforeEach, describe, expect, it } from 'vitest'
import { Client, REDIRECT_URI, redirectOf } from '../support/client'
import {
  ADA,
  APP,
  application,
  clientOf,
  emulator,
  LOGIN_TITLE,
  MALLORY,
  stopClock,
  TEAM,
} from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
beforeEach(world.reset)

describe('An authorization request without resource', () => {
  it('is redirected to the callback before any login, in form encoding [A1]', async () => {
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, { resource: undefined })
    expect(response.headers.get('location')).toBe(
      `${REDIRECT_URI}?error=invalid_target&error_description=No+resource+parameter+found&state=the-state`,
    )
  })

  it('is redirected for an unknown client too, if the account allows the URI [A2]', async () => {
    const response = await client.authorization('made-up', { resource: undefined })
    await expect(response).toRedirectWithError('invalid_target')
  })

  it('is not redirected to a URI that neither client nor account allows', async () => {
    const elsewhere = { resource: undefined, redirect_uri: 'https://evil.example/' }
    const response = await client.authorization('made-up', elsewhere)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })
})

describe('The resource of an authorization request', () => {
  it.each([
    ['the origin', APP],
    ['the origin and a slash', `${APP}/`],
    ["the application's path", `${APP}/mcp`],
    ['another host of the application', 'http://host.docker.internal:8788/mcp'],
  ])('may be %s [A7]', async (_, resource) => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    expect(await client.code(client_id, { resource })).toHaveLength(65)
  })

  it.each([
    ['has Managed OAuth off [A3]', `${APP}/off`, 'OAuth not enabled for the targeted resource'],
    [
      'is of no application',
      'http://unknown.example/',
      'No application found for the targeted resource',
    ],
    ['is no URI', 'localhost', 'resource must be an absolute http or https URI'],
    ['has a fragment (RFC 8707 2)', `${APP}/#x`, 'resource must not have a fragment'],
    ['is of another scheme', 'ftp://localhost/', 'resource must be an absolute http or https URI'],
  ])('is refused as invalid_target if it %s', async (_, resource, description) => {
    const account = clientOf({
      APPLICATIONS: [
        application({ domain: 'localhost' }),
        application({ name: 'Off', domain: 'localhost/off', oauth_configuration: undefined }),
      ],
    })
    const { client_id } = await account.register()
    const response = await account.authorization(client_id, { resource })
    await expect(response).toRedirectWithError('invalid_target', description)
  })
})

describe('A resource that only the domain * covers', () => {
  const eventsFor = async (resource: string) => {
    const { client_id } = await client.register()
    await client.authorization(client_id, { resource })
    return (await world.events()).filter(({ kind }) => kind === 'foreign-resource')
  }

  it.each(['https://other.example', 'http://localhost:9999/mcp', 'https://localhost:8788/mcp'])(
    'leaves an event if it is on no host of this emulator: %s',
    async (resource) => {
      expect(await eventsFor(resource)).toEqual([
        expect.objectContaining({ resource: new URL(resource).href, covers: 'Demo' }),
      ])
    },
  )

  it.each([`${APP}/mcp`, TEAM, 'http://app.localhost:8788/'])(
    'leaves none on a host of this machine: %s',
    async (resource) => {
      expect(await eventsFor(resource)).toEqual([])
    },
  )
})

describe("The application's own redirect rules", () => {
  const NOT_ALLOWED = 'Redirect URI not allowed by application configuration'
  const strict = (rules: Record<string, unknown>) =>
    application({
      oauth_configuration: {
        dynamic_client_registration: { allow_any_on_localhost: false, ...rules },
      },
    })

  it('refuse a URI that only another application allowed at registration, before login [A4]', async () => {
    const account = clientOf({
      APPLICATIONS: [
        strict({ allow_any_on_loopback: true }),
        application({ name: 'Other', domain: 'other.example' }),
      ],
    })
    const { client_id } = await account.register()
    const response = await account.authorization(client_id)
    await expect(response).toRedirectWithError('invalid_request', NOT_ALLOWED)
  })

  it('are evaluated at authorization, not as they were at registration [A5]', async () => {
    const { client_id } = await client.register()
    const changed = clientOf({ APPLICATIONS: [strict({ allowed_uris: ['https://x.example/cb'] })] })
    const response = await changed.authorization(client_id)
    await expect(response).toRedirectWithError('invalid_request', NOT_ALLOWED)
  })

  it('refuse every URI while its dynamic registration is off (assumed)', async () => {
    const { client_id } = await client.register()
    const changed = clientOf({
      APPLICATIONS: [strict({ enabled: false, allow_any_on_localhost: true })],
    })
    const response = await changed.authorization(client_id)
    await expect(response).toRedirectWithError('invalid_request', NOT_ALLOWED)
  })
})

describe('PKCE', () => {
  const MESSAGE = 'code_challenge_method must be S256 for public clients'

  it.each([
    ['without a challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain' }],
    ['a challenge without a method', { code_challenge_method: undefined }],
    ['a method without a challenge', { code_challenge: undefined }],
    ['a method in lower case', { code_challenge_method: 's256' }],
  ])('is required of a public client, with S256: %s [A6]', async (_, changes) => {
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, changes)
    await expect(response).toRedirectWithError('invalid_request', MESSAGE)
  })

  it('requires a challenge of 43 base64url characters (RFC 7636 4.2) [A19]', async () => {
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, { code_challenge: 'short' })
    await expect(response).toRedirectWithError(
      'invalid_request',
      'code_challenge must be 43 base64url characters',
    )
  })

  it('accepts a challenge that starts with - or _', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    for (const code_challenge of [`-${'a'.repeat(42)}`, `_${'a'.repeat(42)}`]) {
      expect(await client.code(client_id, { code_challenge })).toHaveLength(65)
    }
  })

  it('may be omitted by a confidential client, but not weakened (assumed)', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register({
      token_endpoint_auth_method: 'client_secret_post',
    })
    const none = { code_challenge: undefined, code_challenge_method: undefined }
    expect(await client.code(client_id, none)).toHaveLength(65)
    const plain = await client.authorization(client_id, { code_challenge_method: 'plain' })
    await expect(plain).toRedirectWithError('invalid_request')
  })
})

describe('An authorization request that is refused', () => {
  it.each([
    ['a state with control characters', { state: 'a\u0000b' }],
    ['a state of 9,000 characters', { state: 'x'.repeat(9000) }],
  ])('redirects to the client, without the state: %s', async (_, changes) => {
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, changes)
    await expect(response).toRedirectWithError('invalid_request', /state/, { state: null })
  })

  it.each([
    ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['another response_mode', { response_mode: 'form_post' }, 'invalid_request'],
  ])('redirects to the client: %s', async (_, changes, error) => {
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, changes)
    await expect(response).toRedirectWithError(error)
  })

  it.each(['state', 'code_challenge', 'response_type', 'unknown'])(
    'redirects to the client: %s given twice (RFC 6749 3.1)',
    async (name) => {
      const { client_id } = await client.register()
      const url = await client.authorizationUrl(client_id, { unknown: 'x' })
      const response = await world.fetch(`${url}&${name}=again`)
      const description = `${name} is given more than once`
      const state = name === 'state' ? null : 'the-state'
      await expect(response).toRedirectWithError('invalid_request', description, { state })
    },
  )

  it('redirects to the client: two resources (RFC 8707 2, assumed)', async () => {
    const { client_id } = await client.register()
    const url = await client.authorizationUrl(client_id)
    const response = await world.fetch(`${url}&resource=${encodeURIComponent(APP)}`)
    await expect(response).toRedirectWithError('invalid_target', 'resource is given more than once')
  })

  it.each([
    ['an unknown client', { client_id: 'made-up' }, 'Unknown client ID'],
    ['no client', { client_id: undefined }, 'client_id is missing'],
    [
      'a URI that the client did not register [A14]',
      { redirect_uri: 'http://localhost:1/other' },
      'did not register',
    ],
    [
      'another port than the registered one',
      { redirect_uri: 'http://localhost:1/callback' },
      'did not register',
    ],
    ['no redirect_uri', { redirect_uri: undefined }, 'redirect_uri is missing'],
  ])('shows a page and does not redirect: %s', async (_, changes, text) => {
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, changes)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).toContain(text)
  })

  it.each(['client_id', 'redirect_uri'])('shows a page: %s given twice', async (name) => {
    const { client_id } = await client.register()
    const url = await client.authorizationUrl(client_id)
    const response = await world.fetch(`${url}&${name}=http://localhost:1/other`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(`${name} is given more than once`)
  })
})

describe('A person at a browser', () => {
  const start = async (changes: Record<string, string | undefined> = {}) => {
    const { client_id } = await client.register()
    const url = await client.authorizationUrl(client_id, changes)
    return { url, person: await new Person(world.fetch).open(url) }
  }

  it('logs in on the team domain, allows the client, and is redirected with code and state [A10]', async () => {
    const { person } = await start()
    expect(person.page).toMatchObject({ status: 200, title: LOGIN_TITLE })
    expect(person.page?.url).toMatch(`${TEAM}/cdn-cgi/access/login/localhost:8788?`)
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, title: 'Authorize Client' })
    await person.press('Allow')
    expect(person.callback?.href.split('?')[0]).toBe(REDIRECT_URI)
    expect([...(person.callback?.searchParams.keys() ?? [])]).toEqual(['code', 'state'])
    expect(person.callback?.searchParams.get('state')).toBe('the-state')
  })

  it('sees the client, the application and the redirect URI before consenting (MCP, localhost redirect risks)', async () => {
    const { person } = await start()
    await person.press('ada@example.com')
    for (const text of ['Test client', 'Demo', 'ada@example.com', 'localhost:53682', `${APP}/`]) {
      expect(person.page?.text).toContain(text)
    }
  })

  it('skips the login page while the session lasts [A9], and consents every time [A8]', async () => {
    const { person, url } = await start()
    await (await person.press('ada@example.com')).press('Allow')
    await person.open(url)
    expect(person.page?.title).toBe('Authorize Client')
  })

  it('logs in again when the session has expired', async () => {
    const { person, url } = await start()
    await person.press('ada@example.com')
    await world.advance('24h')
    await person.open(url)
    expect(person.page?.title).toBe(LOGIN_TITLE)
  })

  it('is redirected with access_denied and the state after denying (RFC 6749 4.1.2.1) [A18]', async () => {
    const { person } = await start()
    await (await person.press('ada@example.com')).press('Deny')
    expect(Object.fromEntries(person.callback?.searchParams ?? [])).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'the-state',
    })
  })

  it('starts one grant, however often they press Allow on one page', async () => {
    const { person } = await start()
    await person.press('ada@example.com')
    const codes = new Set<string | null | undefined>()
    for (let times = 0; times < 5; times++) {
      await person.press('Allow')
      codes.add(person.callback?.searchParams.get('code'))
    }
    expect(codes.size).toBe(1)
    const events = await world.events()
    expect(events.filter(({ kind }) => kind === 'signed-in')).toHaveLength(2)
  })

  it('cannot deny a client on the page on which they allowed it', async () => {
    const { person } = await start()
    await (await person.press('ada@example.com')).press('Allow')
    await person.press('Deny')
    expect(person.page).toMatchObject({ status: 400, title: 'This page has been used' })
    expect(person.callback).toBeUndefined()
  })

  it('cannot allow a client again on a page whose code was redeemed', async () => {
    const { person, url } = await start()
    await (await person.press('ada@example.com')).press('Allow')
    const code = person.callback?.searchParams.get('code') ?? ''
    const clientId = new URL(url).searchParams.get('client_id') ?? ''
    expect((await client.exchange(clientId, code)).status).toBe(200)
    await person.press('Allow')
    expect(person.page).toMatchObject({ status: 400, title: 'This page has been used' })
  })

  it('cannot allow a client again on a page whose code has expired', async () => {
    const { person } = await start()
    await (await person.press('ada@example.com')).press('Allow')
    await world.advance('2m')
    await person.press('Allow')
    expect(person.page).toMatchObject({ status: 400, title: 'This page has been used' })
  })

  it('signs in as the address that they type', async () => {
    const { person } = await start()
    await person.press('Log in', { email: ' Someone@Example.com ' })
    expect(person.page?.text).toContain('someone@example.com')
  })

  it('sees the block page if no policy admits them, and is not redirected [A11]', async () => {
    const { person } = await start()
    await person.press(MALLORY.email)
    expect(person.page).toMatchObject({
      status: 403,
      title: 'That account does not have access.',
    })
    expect(person.callback).toBeUndefined()
  })

  it('can log in as another person after being blocked', async () => {
    const { person } = await start()
    await person.press(MALLORY.email)
    await (await person.follow('Log in as another person')).press('ada@example.com')
    expect(person.page?.title).toBe('Authorize Client')
  })

  it('is refused at consent if the policy has changed meanwhile', async () => {
    const { person } = await start()
    await person.press('ada@example.com')
    const closed = emulator({ APPLICATIONS: [application({ policies: [] })] })
    const answer = await closed.fetch(person.page?.url ?? '', {
      method: 'POST',
      headers: {
        cookie: person.cookies('127.0.0.1'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'action=allow',
    })
    expect(answer.status).toBe(403)
  })

  it('sees an error page for a login page that a newer one replaced [A12]', async () => {
    const { person, url } = await start()
    const firstTab = person.page
    await person.open(url)
    person.page = firstTab
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({
      status: 400,
      title: 'Invalid nonce. Please try logging in again.',
    })
  })

  it('can send the form of a login page only once [A12]', async () => {
    const { person } = await start()
    const loginPage = person.page
    await person.press('ada@example.com')
    person.page = loginPage
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({
      status: 400,
      title: 'Invalid nonce. Please try logging in again.',
    })
  })

  it('receives the state unchanged, however long', async () => {
    const state = `${'s'.repeat(2000)} +&=%/?#"'<ü>`
    const { person } = await start({ state })
    await (await person.press('ada@example.com')).press('Allow')
    expect(person.callback?.searchParams.get('state')).toBe(state)
  })

  it('sees markup in a client name as text', async () => {
    const { client_id } = await client.register({ client_name: '<img src=x onerror=alert(1)>"' })
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    await person.press('ada@example.com')
    expect(person.page?.html.querySelector('img')).toBeNull()
    expect(person.page?.text).toContain('<img src=x onerror=alert(1)>"')
  })
})

describe('The pages of an authorization', () => {
  const consentPage = async () => {
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    return person.press('ada@example.com')
  }
  const post = (url: string, cookie: string, body: string) =>
    world.fetch(url, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })

  it('cannot be framed, send no Referer, and are not cached', async () => {
    const { headers } = (await consentPage()).page ?? {}
    expect(headers?.get('content-security-policy')).toMatch(
      /^default-src 'none'; img-src data:; style-src 'nonce-[\w-]+'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(headers?.get('referrer-policy')).toBe('same-origin')
    expect(headers?.get('x-frame-options')).toBe('DENY')
    expect(headers?.get('x-content-type-options')).toBe('nosniff')
    expect(headers?.get('cache-control')).toBe('no-store')
    expect(headers?.get('cross-origin-opener-policy')).toBe('same-origin')
  })

  it('set session cookies that are HttpOnly and SameSite=Lax', async () => {
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    const nonce = person.page?.html.querySelector('input[name=nonce]')?.getAttribute('value')
    const answer = await post(
      person.page?.url ?? '',
      person.cookies('127.0.0.1'),
      `nonce=${nonce}&email=ada%40example.com`,
    )
    expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it("refuse a form of another site, which lacks the login's nonce", async () => {
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    const url = person.page?.url ?? ''
    const answers = await Promise.all([
      post(url, person.cookies('127.0.0.1'), 'email=ada%40example.com'),
      post(url, '', 'email=ada%40example.com&nonce=guess'),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(400)
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  it('require the session that the consent page was made for', async () => {
    const victim = await consentPage()
    const attacker = await new Person(world.fetch)
      .open(await client.authorizationUrl((await client.register()).client_id))
      .then((person) => person.press('grace@example.com'))
    const answers = await Promise.all([
      post(victim.page?.url ?? '', '', 'action=allow'),
      post(victim.page?.url ?? '', attacker.cookies('127.0.0.1'), 'action=allow'),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(400)
      expect(answer.headers.get('location')).toBeNull()
    }
  })

  it('refuse a ticket that was made for another step, or changed', async () => {
    const person = await consentPage()
    const ticket = new URL(person.page?.url ?? '').searchParams.get('request') ?? ''
    const cookie = person.cookies('127.0.0.1')
    const consent = `${TEAM}/cdn-cgi/access/oauth/consent?request=`
    const session = cookie.match(/CF_Access_Session=([^;]+)/)?.[1] ?? ''
    for (const wrong of [
      session,
      ticket.slice(0, -2),
      `${ticket.split('.').slice(0, 2).join('.')}.`,
    ]) {
      expect((await post(consent + wrong, cookie, 'action=allow')).status).toBe(400)
    }
    expect((await post(consent + ticket, cookie, 'action=allow')).status).toBe(302)
  })

  it('refuse a changed redirect_url', async () => {
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    const url = new URL(person.page?.url ?? '')
    url.searchParams.set('redirect_url', '/somewhere/else')
    await person.open(url.href)
    expect(person.page?.status).toBe(400)
  })

  it('expire after 15 minutes', async () => {
    const person = await consentPage()
    await world.advance('15m')
    const answer = await post(person.page?.url ?? '', person.cookies('127.0.0.1'), 'action=allow')
    expect(answer.status).toBe(400)
  })

  it.each([
    ['neither allow nor deny', 'action=perhaps'],
    ['nothing', ''],
    ['both', 'action=allow&action=deny'],
  ])('refuse a consent of %s with a page that names the field', async (_, body) => {
    const person = await consentPage()
    const answer = await post(person.page?.url ?? '', person.cookies('127.0.0.1'), body)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('action')
  })
})

describe('Automatic sign-in', () => {
  it('completes an authorization without pages', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const response = await client.authorization(client_id)
    expect(redirectOf(response).parameters.get('state')).toBe('the-state')
    expect(redirectOf(response).parameters.get('code')).toHaveLength(65)
  })

  it('can deny the consent', async () => {
    await world.signIn({ ...ADA, consent: 'deny' })
    const { client_id } = await client.register()
    await expect(client.authorization(client_id)).toRedirectWithError('access_denied')
  })

  it('is subject to the policies [A11]', async () => {
    await world.signIn(MALLORY)
    const { client_id } = await client.register()
    const response = await client.authorization(client_id)
    expect(response.status).toBe(403)
  })

  it('accepts response_mode query, which the metadata names [M14]', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    expect(await client.code(client_id, { response_mode: 'query' })).not.toBe('')
  })

  it('requires no scope, and ignores one [A13]', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    expect(await client.code(client_id, { scope: 'openid email profile' })).toHaveLength(65)
  })
})
