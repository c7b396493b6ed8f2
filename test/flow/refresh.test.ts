import { beforeEach, describe, expect, it } from 'vitest'
import { Client, type Registration, type Tokens, tokensOf } from '../support/client'
import { ADA, APP, application, clientOf, emulator, stopClock } from '../support/emulator'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const grace = clientOf({ REFRESH_TOKEN_GRACE: '30s' })
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

describe('A refresh', () => {
  it('requires no resource, and returns a new pair of the same form [T11, T12]', async () => {
    const { clientId, tokens } = await client.connect()
    const next = await tokensOf(client.refresh(clientId, tokens.refresh_token))
    expect(next).toEqual({
      access_token: expect.stringMatching(/^oauth:[\w-]{65}$/),
      token_type: 'bearer',
      expires_in: 900,
      scope: '',
      resource: `${APP}/`,
      refresh_token: expect.stringMatching(/^oauth:[\w-]{65}$/),
    })
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect(next.access_token).not.toBe(tokens.access_token)
  })

  it('may repeat the resource, and ignores a scope', async () => {
    const { clientId, tokens } = await client.connect()
    const extra = { resource: APP, scope: 'openid' }
    expect((await client.refresh(clientId, tokens.refresh_token, extra)).status).toBe(200)
  })

  it('returns an access token that is admitted after the first has expired [U9, T12]', async () => {
    const { clientId, tokens } = await client.connect()
    await world.advance('16m')
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    const next = await tokensOf(client.refresh(clientId, tokens.refresh_token))
    await expect(client.request('/whoami', next.access_token)).toBeAdmitted()
  })

  it('succeeds after the redirect rule is removed [T14]', async () => {
    const { clientId, tokens } = await client.connect()
    const narrow = application({
      oauth_configuration: { dynamic_client_registration: { allow_any_on_loopback: true } },
    })
    const changed = clientOf({ APPLICATIONS: [narrow] })
    const next = await tokensOf(changed.refresh(clientId, tokens.refresh_token))
    await expect(changed.request('/whoami', next.access_token)).toBeAdmitted()
  })

  it('never extends the session: it ends grant.session_duration after the login [T17]', async () => {
    const { clientId, tokens } = await client.connect()
    await world.advance('12h')
    const second = await tokensOf(client.refresh(clientId, tokens.refresh_token))
    await world.advance('11h55m')
    const third = await tokensOf(client.refresh(clientId, second.refresh_token))
    expect(third.expires_in).toBe(300) // Assumed: a token does not outlive its session.
    await world.advance('5m')
    await expect(client.refresh(clientId, third.refresh_token)).toBeRefused(
      'invalid_grant',
      /session .* has ended/,
    )
    await expect(client.request('/whoami', third.access_token)).not.toBeAdmitted()
  })

  it("uses the application's session_duration if grant.session_duration is missing", async () => {
    const short = new Client(
      emulator({ APPLICATIONS: [application({ session_duration: '1h' })] }).fetch,
    )
    const { clientId, tokens } = await short.connect()
    await world.advance('1h')
    await expect(short.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /session .* has ended/,
    )
  })

  it('evaluates the policies again, and leaves the token unchanged if they refuse [T18]', async () => {
    const { clientId, tokens } = await client.connect()
    const policies = [{ name: 'x', decision: 'allow', include: [{ email: { email: 'b@c.d' } }] }]
    const closed = clientOf({ APPLICATIONS: [application({ policies })] })
    await expect(closed.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /policies/,
    )
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('is refused while Managed OAuth of the application is off (assumed)', async () => {
    const { clientId, tokens } = await client.connect()
    const off = application({ oauth_configuration: { enabled: false } })
    const changed = clientOf({ APPLICATIONS: [off] })
    await expect(changed.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /Managed OAuth is off/,
    )
  })
})

describe('A refresh that is refused leaves the grant unchanged', () => {
  it.each([
    ['an access token', (tokens: Tokens) => tokens.access_token],
    ['a made-up token', () => `oauth:${'a'.repeat(65)}`],
    [
      'a token with a made-up secret',
      ({ refresh_token }: Tokens) => refresh_token.slice(0, 28) + 'a'.repeat(43),
    ],
    ['a token cut short', ({ refresh_token }: Tokens) => refresh_token.slice(0, -1)],
    ['a token without its prefix', ({ refresh_token }: Tokens) => refresh_token.slice(6)],
  ])('%s', async (_, make) => {
    const { clientId, tokens } = await client.connect()
    await expect(client.refresh(clientId, make(tokens))).toBeRefused(
      'invalid_grant',
      /refresh token is invalid/,
    )
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it.each([
    [
      'no refresh_token',
      { refresh_token: undefined },
      /refresh_token is missing/,
      'invalid_request',
    ],
    ['a resource that is no URI', { resource: 'x' }, /resource/, 'invalid_target'],
  ])('%s', async (_, changes, description, error) => {
    const { clientId, tokens } = await client.connect()
    const response = await client.refresh(clientId, tokens.refresh_token, changes)
    await expect(response).toBeRefused(error, description)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('two resources (RFC 8707 2, assumed)', async () => {
    const { clientId, tokens } = await client.connect()
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: clientId,
      resource: APP,
    })
    form.append('resource', APP)
    const response = await client.postForm('/oauth/token', form.toString())
    await expect(response).toBeRefused('invalid_target', /^resource is given more than once$/)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('another client', async () => {
    const { clientId, tokens } = await client.connect()
    const other = await client.register()
    await expect(client.refresh(other.client_id, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /another client/,
    )
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })
})

it('A client that registered for authorization_code alone refreshes all the same [T22]', async () => {
  await world.signIn(ADA)
  const registration = { grant_types: ['authorization_code'] }
  const response = await client.registration(registration)
  expect(await response.json()).toMatchObject(registration)
  const { clientId, tokens } = await client.connect(registration)
  const next = await tokensOf(client.refresh(clientId, tokens.refresh_token))
  expect(next.refresh_token).not.toBe(tokens.refresh_token)
  await expect(client.request('/whoami', next.access_token)).toBeAdmitted()
})

describe('A made-up refresh token with the id of a grant (RFC 6819 4.5.3)', () => {
  const madeUp = ({ refresh_token }: Tokens) => refresh_token.slice(0, 28) + 'A'.repeat(43)
  const policies = [{ name: 'x', decision: 'allow', include: [{ email: { email: 'b@c.d' } }] }]
  const off = { oauth_configuration: { enabled: false } }
  const other = application({ name: 'Other', domain: 'other.example' })

  const elsewhere = { resource: 'http://other.example/' }
  it.each<{
    where: string
    settings?: Record<string, unknown>
    form?: Record<string, string>
    /** Changes what is stored, once the grant is there. */
    arrange?: () => Promise<void>
    /** The client that sends the token; the grant's own unless given. */
    sender?: () => Promise<Registration>
  }>([
    { where: 'another client sends it', sender: () => client.register() },
    { where: 'the policies refuse', settings: { APPLICATIONS: [application({ policies })] } },
    { where: 'Managed OAuth is off', settings: { APPLICATIONS: [application(off)] } },
    {
      where: 'another application is named',
      settings: { APPLICATIONS: [application(), other] },
      form: elsewhere,
    },
    {
      where: 'the person was revoked',
      settings: { REVOCATION: 'strict' },
      arrange: () => world.revoke({ person: ADA.email }),
    },
  ])('is refused as if the grant did not exist, where $where', async (given) => {
    const { clientId, tokens } = await client.connect()
    await given.arrange?.()
    const sender = (await given.sender?.())?.client_id ?? clientId
    const target = clientOf(given.settings ?? {})
    const refresh = (token: string) => target.refresh(sender, token, given.form)

    const unknown = await refresh(`oauth:${'B'.repeat(65)}`)
    const response = await refresh(madeUp(tokens))

    expect([response.status, await response.json()]).toEqual([unknown.status, await unknown.json()])
    // The grant's own token is refused with the reason.
    const own = await refresh(tokens.refresh_token)
    expect(own.status).toBe(400)
    expect(await own.json()).not.toMatchObject({ error_description: 'refresh token is invalid' })
  })

  it('leaves an event that names neither the grant nor its person', async () => {
    const { clientId, tokens } = await client.connect()
    await client.refresh(clientId, madeUp(tokens))
    const event = (await world.events()).findLast(({ kind }) => kind === 'token')
    expect(event).toMatchObject({ outcome: 'refused', error: 'invalid_grant' })
    expect(event).not.toHaveProperty('grantId')
    expect(event).not.toHaveProperty('email')
  })
})

describe('A refresh token that was used before', () => {
  it('is refused, and ends the grant [T13] (RFC 9700 4.14.2)', async () => {
    const { clientId, tokens } = await client.connect()
    const next = await tokensOf(client.refresh(clientId, tokens.refresh_token))
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /used before/,
    )
    await expect(client.refresh(clientId, next.refresh_token)).toBeRefused(
      'invalid_grant',
      /revoked/,
    )
    await expect(client.request('/whoami', next.access_token)).not.toBeAdmitted()
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  })

  it('ends the grant after many rotations too', async () => {
    const { clientId, tokens } = await client.connect()
    let last = tokens
    for (let round = 0; round < 5; round++) {
      last = await tokensOf(client.refresh(clientId, last.refresh_token))
    }
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /used before/,
    )
    await expect(client.request('/whoami', last.access_token)).not.toBeAdmitted()
  })

  it('ends no other grant of the same person and client', async () => {
    const { clientId, tokens } = await client.connect()
    const second = await tokensOf(client.exchange(clientId, await client.code(clientId)))
    await client.refresh(clientId, tokens.refresh_token)
    await client.refresh(clientId, tokens.refresh_token)
    await expect(client.request('/whoami', second.access_token)).toBeAdmitted()
  })

  it('is refused without ending the grant if REFRESH_TOKEN_REUSE is refuse', async () => {
    const lenient = clientOf({ REFRESH_TOKEN_REUSE: 'refuse' })
    const { clientId, tokens } = await lenient.connect()
    const next = await tokensOf(lenient.refresh(clientId, tokens.refresh_token))
    await expect(lenient.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /used before/,
    )
    expect((await lenient.refresh(clientId, next.refresh_token)).status).toBe(200)
  })

  it('gets the same pair again within the grace window (REFRESH_TOKEN_GRACE)', async () => {
    const { clientId, tokens } = await grace.connect()
    const first = await tokensOf(grace.refresh(clientId, tokens.refresh_token))
    await world.advance('29s')
    const again = await tokensOf(grace.refresh(clientId, tokens.refresh_token))
    expect(again.refresh_token).toBe(first.refresh_token)
    expect(again.access_token).toBe(first.access_token)
    expect(again.expires_in).toBe(first.expires_in - 29)
    await expect(client.request('/whoami', again.access_token)).toBeAdmitted()
    expect((await grace.refresh(clientId, again.refresh_token)).status).toBe(200)
  })

  it('gets expires_in 0 for an access token that expired within the grace window', async () => {
    const long = clientOf({ REFRESH_TOKEN_GRACE: '1h' })
    const { clientId, tokens } = await long.connect()
    await long.refresh(clientId, tokens.refresh_token)
    await world.advance('20m')
    const again = await tokensOf(long.refresh(clientId, tokens.refresh_token))
    expect(again.expires_in).toBe(0)
  })

  it('ends the grant when the grace window has passed', async () => {
    const { clientId, tokens } = await grace.connect()
    const next = await tokensOf(grace.refresh(clientId, tokens.refresh_token))
    await world.advance('30s')
    await expect(grace.refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
      /used before/,
    )
    await expect(client.request('/whoami', next.access_token)).not.toBeAdmitted()
  })
})
