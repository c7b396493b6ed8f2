import { beforeEach, describe, expect, it } from 'vitest'
import { tokensOf } from '../support/client'
import {
  CONNECTED,
  DASH,
  DashClient,
  type DashTokens,
  SECRET,
  withClients,
} from '../support/dashboard'
import { ADA, emulator, stopClock } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const OTHER_ID = '9'.repeat(32)
const world = emulator(
  withClients(
    {},
    {
      client_id: OTHER_ID,
      client_name: 'Other',
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: SECRET,
    },
  ),
)
const client = new DashClient(world.fetch)
const other = new DashClient(world.fetch, OTHER_ID)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

async function isOver(tokens: DashTokens): Promise<boolean> {
  const isGood = await client.isGood(tokens.access_token)
  return !isGood && (await client.refresh(tokens.refresh_token)).status === 400
}

describe('The revocation endpoint', () => {
  it.each(['access_token', 'refresh_token'] as const)(
    'ends the whole grant by its %s, with 200 and an empty body [D29]',
    async (which) => {
      const tokens = await client.connect()
      const next = await tokensOf<DashTokens>(client.refresh(tokens.refresh_token))
      const response = await client.revoke(next[which])
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('')
      expect(await isOver(next)).toBe(true)
      expect(await client.isGood(tokens.access_token)).toBe(false)
    },
  )

  it('ignores token_type_hint, whether wrong, unknown or right [RFC 7009 2.1]', async () => {
    for (const token_type_hint of ['access_token', 'refresh_token', 'made_up']) {
      const tokens = await client.connect()
      await client.revoke(tokens.refresh_token, { token_type_hint })
      expect(await isOver(tokens)).toBe(true)
    }
  })

  it.each(['', 'garbage', `cfort_${'x'.repeat(22)}-EMULATED-NOT-A-REAL-.${'x'.repeat(43)}`])(
    'responds 200 for an unknown token: %j [D29]',
    async (token) => {
      expect((await client.revoke(token)).status).toBe(200)
    },
  )

  it("responds 200 for another client's token, and does not revoke it [D29]", async () => {
    const tokens = await client.connect()
    const response = await other.revoke(tokens.refresh_token, { client_secret: SECRET })
    expect(response.status).toBe(200)
    expect(await client.isGood(tokens.access_token)).toBe(true)
  })

  it('refuses a client that does not authenticate, without a hint [D4]', async () => {
    const tokens = await client.connect()
    for (const response of [
      await other.revoke(tokens.refresh_token),
      await client.revoke(tokens.refresh_token, { client_id: 'nobody' }),
    ]) {
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({
        error: 'invalid_client',
        error_description:
          'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
      })
    }
    expect(await client.isGood(tokens.access_token)).toBe(true)
  })

  it('records an event', async () => {
    const tokens = await client.connect()
    await client.revoke(tokens.refresh_token)
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        kind: 'grant-revoked',
        by: 'client',
        client: { id: client.clientId, name: 'Zone lister' },
        ...ADA,
        rayId: expect.any(String),
      }),
    )
  })
})

describe('The page of connected applications', () => {
  /** A person with a session of their own at the page. */
  async function atPage(email = ADA.email): Promise<Person> {
    await world.signIn(null)
    const person = await new Person(world.fetch).open(CONNECTED)
    return person.press(email)
  }

  it('requires a login first, and returns from it [D30]', async () => {
    await world.signIn(null)
    const person = await new Person(world.fetch).open(CONNECTED)
    expect(person.page?.title).toBe('Log in to the dashboard')
    await person.press('grace@example.com')
    expect(person.page).toMatchObject({ url: CONNECTED, status: 200 })
    expect(person.page?.text).toContain('grace@example.com')
  })

  it('lists the applications that the person has authorized [D30]', async () => {
    await client.connect()
    await other.connect({ scope: 'dns.write' }).catch(() => undefined)
    expect((await atPage()).page?.text).toMatch(/Other[\s\S]*Zone lister/)
    expect((await atPage('grace@example.com')).page?.text).not.toContain('Zone lister')
  })

  it('lists an application once, however often it was authorized', async () => {
    await client.connect()
    await client.connect({ scope: 'dns.write' })
    const { page } = await atPage()
    expect(page?.html.querySelectorAll('input[name=grant]')).toHaveLength(1)
  })

  it('revokes: access tokens and refresh tokens of every authorization stop at once [D30]', async () => {
    const [first, second] = [await client.connect(), await client.connect()]
    const person = await atPage()
    await person.press('Revoke')
    expect(await isOver(first)).toBe(true)
    expect(await isOver(second)).toBe(true)
    expect(person.page?.html.querySelector('input[name=grant]')).toBeNull()
    const by = (await world.events()).filter(({ kind }) => kind === 'grant-revoked')
    expect(by).toMatchObject([
      { by: 'person', ...ADA },
      { by: 'person', ...ADA },
    ])
  })

  it('invalidates authorization codes that were not redeemed', async () => {
    const code = await client.code()
    await (await atPage()).press('Revoke')
    await expect(client.exchange(code)).toBeRefused('invalid_grant')
  })

  it('keeps the authorizations of other persons and of other applications', async () => {
    const tokens = await client.connect()
    await world.signIn({ email: 'grace@example.com' })
    const hers = await client.connect()
    await (await atPage()).press('Revoke')
    expect(await client.isGood(tokens.access_token)).toBe(false)
    expect(await client.isGood(hers.access_token)).toBe(true)
  })

  const post = (person: Person, body: Record<string, string>) =>
    world.fetch(CONNECTED, {
      method: 'POST',
      headers: {
        cookie: person.cookies('127.0.0.1:8788'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(body).toString(),
    })
  const fieldsOf = ({ page }: Person) =>
    Object.fromEntries(
      (page?.html.querySelectorAll('form input[type=hidden]') ?? []).map((input) => [
        input.getAttribute('name') ?? '',
        input.getAttribute('value') ?? '',
      ]),
    )

  it('requires the ticket of the session', async () => {
    const tokens = await client.connect()
    const [ada, grace] = [await atPage(), await atPage('grace@example.com')]
    const { csrf = '', grant = '' } = fieldsOf(ada)
    expect(grant).not.toBe('')
    for (const [who, body] of [
      [ada, { grant }],
      [ada, { grant, csrf: 'x' }],
      [grace, { grant, csrf }],
      [ada, { grant: 'x', csrf }],
    ] as const) {
      expect((await post(who, body)).status).toBe(400)
    }
    expect(await client.isGood(tokens.access_token)).toBe(true)
  })

  it('deletes a grant after it has ended', async () => {
    await client.connect()
    await world.advance('720h')
    expect((await atPage()).page?.text).not.toContain('Zone lister')
  })
})

it('A developer can revoke for a person: POST /_emulator/revoke', async () => {
  const tokens = await client.connect()
  await world.revoke({ person: ADA.email, oauth_client: client.clientId })
  expect(await isOver(tokens)).toBe(true)
})

it('Deleting a client invalidates its tokens', async () => {
  const tokens = await client.connect()
  const without = new DashClient(emulator(withClients({ client_id: OTHER_ID })).fetch)
  expect(await without.isGood(tokens.access_token)).toBe(false)
  await expect(without.refresh(tokens.refresh_token)).toBeRefused('invalid_client')
})

it('Tokens of Managed OAuth and of the dashboard are not interchangeable', async () => {
  const { access_token, refresh_token } = await client.connect()
  const [, grantId = '', secret = ''] = access_token.match(/^cfoat_([\w-]{22})[\w-]*\.(.*)$/) ?? []
  const disguised = `oauth:${grantId}${secret}`
  const headers = { authorization: `Bearer ${disguised}` }
  expect((await world.fetch('http://localhost:8788/whoami', { headers })).status).toBe(401)
  expect(await client.isGood(refresh_token)).toBe(false)
  expect(await client.isGood(access_token)).toBe(true)
  expect((await world.fetch(`${DASH}/whoami`, { headers })).status).toBe(401)
})
