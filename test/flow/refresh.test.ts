import { beforeEach, describe, expect, it } from 'vitest'
import { Client, type Tokens } from '../support/client'
import { ADA, APP, application, emulator } from '../support/emulator'

const world = emulator()
const client = new Client(world.fetch)
const grace = new Client(emulator({ REFRESH_TOKEN_GRACE: '30s' }).fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

const tokensOf = async (response: Response) => {
  expect(response.status).toBe(200)
  return (await response.json()) as Tokens
}
const admitted = async (token: string) => (await client.request('/whoami', token)).status === 200

const ELSEWHERE = { resource: 'http://other.example/' }

async function refused(response: Response, description?: RegExp, error = 'invalid_grant') {
  const body = (await response.json()) as { error: string; error_description: string }
  expect(response.status).toBe(400)
  expect(body.error).toBe(error)
  if (description) expect(body.error_description).toMatch(description)
}

describe('A refresh', () => {
  it('needs no resource, and answers a new pair of the same form [T11, T12]', async () => {
    const { clientId, tokens } = await client.connect()
    const next = await tokensOf(await client.refresh(clientId, tokens.refresh_token))
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

  it('may repeat the resource, and a scope that means nothing', async () => {
    const { clientId, tokens } = await client.connect()
    const extra = { resource: APP, scope: 'openid' }
    expect((await client.refresh(clientId, tokens.refresh_token, extra)).status).toBe(200)
  })

  it('gives an access token that is admitted after the first is over [U9, T12]', async () => {
    const { clientId, tokens } = await client.connect()
    await world.advance('16m')
    expect(await admitted(tokens.access_token)).toBe(false)
    const next = await tokensOf(await client.refresh(clientId, tokens.refresh_token))
    expect(await admitted(next.access_token)).toBe(true)
  })

  it('goes on after the callback rule is removed [T14]', async () => {
    const { clientId, tokens } = await client.connect()
    const narrow = application({
      oauth_configuration: { dynamic_client_registration: { allow_any_on_loopback: true } },
    })
    const changed = new Client(emulator({ APPLICATIONS: [narrow] }).fetch)
    const next = await tokensOf(await changed.refresh(clientId, tokens.refresh_token))
    expect((await changed.request('/whoami', next.access_token)).status).toBe(200)
  })

  it('never extends the session: it ends grant.session_duration after the login [T17]', async () => {
    const { clientId, tokens } = await client.connect()
    await world.advance('12h')
    const second = await tokensOf(await client.refresh(clientId, tokens.refresh_token))
    await world.advance('11h55m')
    const third = await tokensOf(await client.refresh(clientId, second.refresh_token))
    expect(third.expires_in).toBe(300) // Assumed: a token does not outlive its session.
    await world.advance('5m')
    await refused(await client.refresh(clientId, third.refresh_token), /session .* has ended/)
    expect(await admitted(third.access_token)).toBe(false)
  })

  it("takes the application's session_duration where grant.session_duration is left out", async () => {
    const short = new Client(
      emulator({ APPLICATIONS: [application({ session_duration: '1h' })] }).fetch,
    )
    const { clientId, tokens } = await short.connect()
    await world.advance('1h')
    await refused(await short.refresh(clientId, tokens.refresh_token), /session .* has ended/)
  })

  it('asks the policies again, and leaves the token as it was where they refuse [T18]', async () => {
    const { clientId, tokens } = await client.connect()
    const policies = [{ name: 'x', decision: 'allow', include: [{ email: { email: 'b@c.d' } }] }]
    const closed = new Client(emulator({ APPLICATIONS: [application({ policies })] }).fetch)
    await refused(await closed.refresh(clientId, tokens.refresh_token), /policies/)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('is refused while Managed OAuth of the application is off (assumed)', async () => {
    const { clientId, tokens } = await client.connect()
    const off = application({ oauth_configuration: { enabled: false } })
    const changed = new Client(emulator({ APPLICATIONS: [off] }).fetch)
    await refused(await changed.refresh(clientId, tokens.refresh_token), /Managed OAuth is off/)
  })
})

describe('A refresh that is refused leaves the grant as it was', () => {
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
    await refused(await client.refresh(clientId, make(tokens)), /refresh token is invalid/)
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
    await refused(await client.refresh(clientId, tokens.refresh_token, changes), description, error)
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
    await refused(response, /^resource is given more than once$/, 'invalid_target')
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('another client', async () => {
    const { clientId, tokens } = await client.connect()
    const other = await client.register()
    await refused(await client.refresh(other.client_id, tokens.refresh_token), /another client/)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('a client that registered without that grant', async () => {
    const { client_id } = await client.register({ grant_types: ['authorization_code'] })
    const response = await client.refresh(client_id, `oauth:${'a'.repeat(65)}`)
    await refused(response, /not registered for refresh_token/, 'unauthorized_client')
  })
})

describe('A made-up refresh token with the id of a grant (RFC 6819 4.5.3)', () => {
  const madeUp = ({ refresh_token }: Tokens) => refresh_token.slice(0, 28) + 'A'.repeat(43)
  const policies = [{ name: 'x', decision: 'allow', include: [{ email: { email: 'b@c.d' } }] }]
  const off = { oauth_configuration: { enabled: false } }
  const other = application({ name: 'Other', domain: 'other.example' })

  it.each<[when: string, settings: Record<string, unknown>, form?: Record<string, string>]>([
    ['another client asks', {}],
    ['the policies refuse', { APPLICATIONS: [application({ policies })] }],
    ['Managed OAuth is off', { APPLICATIONS: [application(off)] }],
    ['another application is named', { APPLICATIONS: [application(), other] }, ELSEWHERE],
    ['the person was revoked', { REVOCATION: 'strict' }],
  ])('is answered as if there were no grant, where %s', async (when, settings, form = {}) => {
    const { clientId, tokens } = await client.connect()
    if (when === 'the person was revoked') await world.revoke({ person: ADA.email })
    const asked = new Client(emulator(settings).fetch)
    const asks = when === 'another client asks' ? (await client.register()).client_id : clientId
    const none = await asked.refresh(asks, `oauth:${'B'.repeat(65)}`, form)
    const response = await asked.refresh(asks, madeUp(tokens), form)
    expect([response.status, await response.json()]).toEqual([none.status, await none.json()])
    // The grant's own is told why.
    const own = await asked.refresh(asks, tokens.refresh_token, form)
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
    const next = await tokensOf(await client.refresh(clientId, tokens.refresh_token))
    await refused(await client.refresh(clientId, tokens.refresh_token), /used before/)
    await refused(await client.refresh(clientId, next.refresh_token), /revoked/)
    expect(await admitted(next.access_token)).toBe(false)
    expect(await admitted(tokens.access_token)).toBe(false)
  })

  it('ends the grant from many rotations ago too', async () => {
    const { clientId, tokens } = await client.connect()
    let last = tokens
    for (let round = 0; round < 5; round++) {
      last = await tokensOf(await client.refresh(clientId, last.refresh_token))
    }
    await refused(await client.refresh(clientId, tokens.refresh_token), /used before/)
    expect(await admitted(last.access_token)).toBe(false)
  })

  it('ends no other grant of the same person and client', async () => {
    const { clientId, tokens } = await client.connect()
    const second = await tokensOf(await client.exchange(clientId, await client.code(clientId)))
    await client.refresh(clientId, tokens.refresh_token)
    await client.refresh(clientId, tokens.refresh_token)
    expect(await admitted(second.access_token)).toBe(true)
  })

  it('is only refused where REFRESH_TOKEN_REUSE says so', async () => {
    const lenient = new Client(emulator({ REFRESH_TOKEN_REUSE: 'refuse' }).fetch)
    const { clientId, tokens } = await lenient.connect()
    const next = await tokensOf(await lenient.refresh(clientId, tokens.refresh_token))
    await refused(await lenient.refresh(clientId, tokens.refresh_token), /used before/)
    expect((await lenient.refresh(clientId, next.refresh_token)).status).toBe(200)
  })

  it('is answered with the very same pair within the grace window (REFRESH_TOKEN_GRACE)', async () => {
    const { clientId, tokens } = await grace.connect()
    const first = await tokensOf(await grace.refresh(clientId, tokens.refresh_token))
    await world.advance('29s')
    const again = await tokensOf(await grace.refresh(clientId, tokens.refresh_token))
    expect(again.refresh_token).toBe(first.refresh_token)
    expect(again.access_token).toBe(first.access_token)
    expect(again.expires_in).toBe(first.expires_in - 29)
    expect(await admitted(again.access_token)).toBe(true)
    expect((await grace.refresh(clientId, again.refresh_token)).status).toBe(200)
  })

  it('tells 0 seconds, not fewer, of an access token that ended within the grace window', async () => {
    const long = new Client(emulator({ REFRESH_TOKEN_GRACE: '1h' }).fetch)
    const { clientId, tokens } = await long.connect()
    await long.refresh(clientId, tokens.refresh_token)
    await world.advance('20m')
    const again = await tokensOf(await long.refresh(clientId, tokens.refresh_token))
    expect(again.expires_in).toBe(0)
  })

  it('ends the grant when the grace window is over', async () => {
    const { clientId, tokens } = await grace.connect()
    const next = await tokensOf(await grace.refresh(clientId, tokens.refresh_token))
    await world.advance('30s')
    await refused(await grace.refresh(clientId, tokens.refresh_token), /used before/)
    expect(await admitted(next.access_token)).toBe(false)
  })
})
