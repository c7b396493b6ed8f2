import { beforeEach, describe, expect, it } from 'vitest'
import { bearer, Client, REDIRECT_URI } from '../support/client'
import { controlOf, stored } from '../support/control'
import { ADA, APP, application, emulator, MALLORY, stopClock } from '../support/emulator'

stopClock()
const world = emulator()
const control = controlOf(world.fetch)
const client = new Client(world.fetch)
beforeEach(world.reset)

type Issued = {
  client_id: string
  access_token: string
  refresh_token?: string
  resource: string
}
const issue = async (body: object): Promise<Issued> => {
  const response = await control('POST', 'tokens', body)
  expect(response.status).toBe(200)
  return response.json()
}
const refused = async (body: object, send = control) => {
  const response = await send('POST', 'tokens', body)
  return { status: response.status, ...((await response.json()) as object) }
}

describe('POST /_emulator/tokens', () => {
  it('returns the response of the token endpoint, with the client that it registered', async () => {
    const issued = await issue(ADA)
    expect(issued).toEqual({
      client_id: expect.any(String),
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
      scope: '',
      resource: `${APP}/mcp`,
      refresh_token: expect.any(String),
    })
    await expect(client.request('/whoami', issued.access_token)).toBeAdmitted()
    const refreshed = await client.refresh(issued.client_id, issued.refresh_token ?? '')
    expect(refreshed.status).toBe(200)
  })

  it('is for the resource that it names', async () => {
    const { access_token, resource } = await issue({ ...ADA, resource: `${APP}/` })
    expect(resource).toBe(`${APP}/`)
    await expect(client.request('/whoami', access_token)).toBeAdmitted()
  })

  it('gives the client that it registers the name and redirect URI that were sent', async () => {
    const redirect_uri = 'http://127.0.0.1:4711/done'
    const { client_id } = await issue({ ...ADA, client_name: 'My test', redirect_uri })
    const { clients } = (await (await control('GET', 'clients')).json()) as { clients: object[] }
    expect(clients).toEqual([
      expect.objectContaining({ id: client_id, name: 'My test', redirect_uris: [redirect_uri] }),
    ])
  })

  it('uses a client that is registered, with a redirect URI of its own', async () => {
    const redirect_uris = ['http://localhost:1/first', REDIRECT_URI]
    const { client_id } = await client.register({ redirect_uris })
    expect((await issue({ ...ADA, client: client_id })).client_id).toBe(client_id)
    const second = await issue({ ...ADA, client: client_id, redirect_uri: REDIRECT_URI })
    expect(second.client_id).toBe(client_id)
  })

  it('needs no secret of a confidential client, whose own requests still need it', async () => {
    const { client_id, client_secret = '' } = await client.register({
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const { refresh_token = '' } = await issue({ ...ADA, client: client_id })
    expect((await client.refresh(client_id, refresh_token)).status).toBe(401)
    const form = { grant_type: 'refresh_token', refresh_token }
    const basic = { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` }
    expect((await client.postForm('/oauth/token', form, basic)).status).toBe(200)
  })

  it('returns a refresh token, whatever grant types the client registered [T22]', async () => {
    const { client_id } = await client.register({ grant_types: ['authorization_code'] })
    expect(await issue({ ...ADA, client: client_id })).toHaveProperty('refresh_token')
  })

  it('leaves automatic sign-in as it was', async () => {
    await world.signIn(MALLORY)
    const before = await (await control('GET', 'auto-sign-in')).json()
    await issue(ADA)
    expect(await (await control('GET', 'auto-sign-in')).json()).toEqual(before)
  })

  it('is reported as the flow of a client, without a secret', async () => {
    const { access_token, client_id, refresh_token } = await issue(ADA)
    const events = await world.events()
    const ofClient = events.filter((event) => (event.client as { id?: string })?.id === client_id)
    expect(ofClient.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['registration', 'allowed'],
      ['authorization', 'allowed'],
      ['token', 'allowed'],
    ])
    const text = JSON.stringify(events)
    for (const secret of [access_token, refresh_token ?? '']) expect(text).not.toContain(secret)
  })

  it.each([
    ['error', { endpoint: 'registration', status: 503 }],
    ['error', { endpoint: 'token', status: 503 }],
    ['dropped-answer', {}],
    ['expired-code', {}],
    ['blocked-user-agent', {}],
  ])('is not struck by faults: %s %j', async (name, parameters) => {
    const fault = (await control('PUT', `faults/${name}`, parameters)).status
    expect(fault).toBe(200)
    await issue(ADA)
    const { faults } = (await (await control('GET', 'faults')).json()) as {
      faults: { name: string; active: { struck: number } | null }[]
    }
    expect(faults.find((each) => each.name === name)?.active?.struck).toBe(0)
  })

  it('gives tokens that obey the clock', async () => {
    const { access_token } = await issue(ADA)
    await world.advance('14m')
    await expect(client.request('/whoami', access_token)).toBeAdmitted()
    await world.advance('1m')
    await expect(client.request('/whoami', access_token)).not.toBeAdmitted()
  })
})

describe('POST /_emulator/tokens is refused', () => {
  const NO_PERSON = { error: 'invalid_request', error_description: /^email: / }
  it.each([
    ['a body without a person', {}, 400, NO_PERSON],
    ['a person without an e-mail address', { email: 'ada' }, 400, NO_PERSON],
    [
      'a member that does not exist',
      { ...ADA, scope: 'x' },
      400,
      { error: 'invalid_request', error_description: /the body: .*scope/ },
    ],
    [
      'a person whom no policy allows, with the reason',
      MALLORY,
      403,
      { error: 'access_denied', error_description: /No policy of Demo matches mallory@/ },
    ],
    [
      'a resource that is no URL',
      { ...ADA, resource: 'mcp' },
      400,
      { error: 'invalid_target', error_description: /./ },
    ],
    [
      'a client that is not registered',
      { ...ADA, client: 'made-up' },
      400,
      { error: 'invalid_request', error_description: /^client: made-up does not exist/ },
    ],
    [
      'a name for a client that is registered already',
      { ...ADA, client: 'x', client_name: 'y' },
      400,
      { error: 'invalid_request', error_description: /^client_name: / },
    ],
    [
      'a redirect URI that no rule allows, in the words of the registration endpoint',
      { ...ADA, redirect_uri: 'https://attacker.example/' },
      400,
      {
        error: 'invalid_client_metadata',
        error_description: /^redirect_uri is not allowed by the account configuration$/,
      },
    ],
  ])('for %s', async (_, body, status, { error, error_description }) => {
    const before = await stored(control)
    expect(await refused(body)).toEqual({
      status,
      error,
      error_description: expect.stringMatching(error_description),
    })
    expect(await stored(control)).toBe(before)
  })

  it('for a redirect URI that the client did not register', async () => {
    const { client_id } = await client.register()
    const body = { ...ADA, client: client_id, redirect_uri: 'http://localhost:2/' }
    expect(await refused(body)).toMatchObject({
      status: 400,
      error_description: expect.stringMatching(/^redirect_uri: expected one .*53682/),
    })
  })

  it('for a resource that no application covers', async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ domain: 'localhost' })] })
    const body = { ...ADA, resource: 'https://elsewhere.example/mcp' }
    expect(await refused(body, controlOf(fetch))).toEqual({
      status: 400,
      error: 'invalid_target',
      error_description: 'No application found for the targeted resource',
    })
  })

  it('for an application without policies', async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ policies: [] })] })
    expect(await refused(ADA, controlOf(fetch))).toMatchObject({
      status: 403,
      error: 'access_denied',
    })
  })

  it('for an application without Managed OAuth, unless another one registers clients', async () => {
    const off = application({ name: 'Off', domain: 'localhost', oauth_configuration: undefined })
    const alone = controlOf(emulator({ APPLICATIONS: [off] }).fetch)
    expect(await refused(ADA, alone)).toMatchObject({
      status: 400,
      error: 'invalid_request',
      error_description: expect.stringMatching(/^no application registers clients/),
    })
    const { fetch } = emulator({ APPLICATIONS: [off, application()] })
    expect(await refused(ADA, controlOf(fetch))).toMatchObject({
      status: 400,
      error: 'invalid_target',
      error_description: 'OAuth not enabled for the targeted resource',
    })
  })

  it('by a country that the policy does not name, which is the one of the caller', async () => {
    const policies = [{ name: 'DE', decision: 'allow', include: [{ geo: { country_code: 'DE' } }] }]
    const { fetch } = emulator({ APPLICATIONS: [application({ policies })] })
    const from = (country: string) =>
      fetch(`${APP}/_emulator/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'cf-ipcountry': country },
        body: JSON.stringify(ADA),
      })
    expect((await from('FR')).status).toBe(403)
    expect((await from('DE')).status).toBe(200)
  })

  it('to a web page of another origin, and elsewhere without EMULATOR_TOKEN', async () => {
    const headers = { 'content-type': 'application/json', origin: 'https://attacker.example' }
    const init = { method: 'POST', headers, body: JSON.stringify(ADA) }
    expect((await world.fetch(`${APP}/_emulator/tokens`, init)).status).toBe(403)
    const host = 'https://emulator.example.workers.dev'
    const token = 'a-secret-of-16-characters'
    const { fetch } = emulator({ EMULATOR_TOKEN: token, TEAM_DOMAIN: 'team.example.workers.dev' })
    const post = (more: Record<string, string>) =>
      fetch(`${host}/_emulator/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body: JSON.stringify(ADA),
      })
    expect((await post({})).status).toBe(401)
    expect((await post(bearer('another-secret-of-16'))).status).toBe(401)
    const issued = (await (await post(bearer(token))).json()) as Issued
    const remote = new Client(fetch, host, 'https://team.example.workers.dev', '/.access')
    await expect(remote.request('/whoami', issued.access_token)).toBeAdmitted()
  })
})
