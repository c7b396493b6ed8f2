import { beforeEach, describe, expect, it } from 'vitest'
import { QUIRK_NAMES } from '../../src/switches/quirks'
import { ACCOUNT, api } from '../support/api'
import { Client, challengeOf, redirectOf } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(world.reset)

const turn = async (name: string, on: boolean) => {
  const response = await control('PUT', `quirks/${name}`, { on })
  if (!response.ok) throw new Error(await response.text())
}
type Quirk = { name: string; what: string; source: string; on: boolean }
const quirks = async () => {
  const { quirks: all } = (await (await control('GET', 'quirks')).json()) as { quirks: Quirk[] }
  return all
}
const json = async (response: Response) => (await response.json()) as Record<string, unknown>

describe('The quirks', () => {
  it('are listed, each with its source, all off', async () => {
    const all = await quirks()
    expect(all.map(({ name }) => name)).toEqual(QUIRK_NAMES)
    for (const { what, source, on } of all) {
      expect(what).toMatch(/\w/)
      expect(source).toMatch(/\w/)
      expect(on).toBe(false)
    }
  })

  it('are switched one by one, and off by a reset', async () => {
    await turn('refresh-grace', true)
    const on = async () => (await quirks()).filter((each) => each.on).map(({ name }) => name)
    expect(await on()).toEqual(['refresh-grace'])
    await turn('refresh-grace', false)
    expect(await on()).toEqual([])
    await turn('refresh-grace', true)
    await world.reset()
    expect(await on()).toEqual([])
  })

  it('can be on from the start by the setting QUIRKS, and then switched off', async () => {
    const { fetch } = emulator({ QUIRKS: ['iss-in-response'] })
    const supported = async () =>
      (await json(await fetch(`${TEAM}/.well-known/oauth-authorization-server`)))
        .authorization_response_iss_parameter_supported
    expect(await supported()).toBe(true)
    await turn('iss-in-response', false)
    expect(await supported()).toBeUndefined()
  })

  it('are refused if the name or the position is unknown', async () => {
    expect((await control('PUT', 'quirks/nothing', { on: true })).status).toBe(404)
    expect((await control('PUT', 'quirks/refresh-grace', { on: 'yes' })).status).toBe(400)
    expect((await control('PUT', 'quirks/refresh-grace', {})).status).toBe(400)
    expect((await quirks()).some(({ on }) => on)).toBe(false)
  })
})

it('https-redirect-rules: rules of other schemes allow nothing, and cannot be added', async () => {
  const own = emulator({
    APPLICATIONS: [
      application({
        oauth_configuration: {
          dynamic_client_registration: {
            allow_any_on_localhost: true,
            allowed_uris: ['cursor://callback', 'https://ours.example/*'],
          },
        },
      }),
    ],
  })
  const register = async (uri: string) =>
    (await new Client(own.fetch).registration({ redirect_uris: [uri] })).status
  expect(await register('cursor://callback')).toBe(201)
  await turn('https-redirect-rules', true)
  expect(await register('cursor://callback')).toBe(400)
  expect(await register('https://ours.example/callback')).toBe(201)
  expect(await register('http://localhost:1/callback')).toBe(201)
})

it('flat-protected-resource: one method in flat members, Managed OAuth on or off [M18]', async () => {
  await turn('flat-protected-resource', true)
  const off = emulator({ APPLICATIONS: [application({ oauth_configuration: { enabled: false } })] })
  for (const { fetch } of [world, off]) {
    const metadata = await json(
      await fetch(`${APP}/.well-known/cloudflare-access-protected-resource`),
    )
    expect(metadata).toMatchObject({
      authentication_method: 'cloudflared',
      authentication_method_description: expect.any(String),
      authentication_method_documentation: expect.any(String),
    })
    expect(metadata).not.toHaveProperty('authentication_methods')
  }
})

it('pkce-challenge-start: a challenge that begins with - or _ is refused with the S256 message [P18]', async () => {
  await world.signIn(ADA)
  const { client_id } = await client.register()
  const challenge = (await challengeOf('v'.repeat(43))).slice(1)
  const ask = async (first: string) =>
    redirectOf(await client.authorization(client_id, { code_challenge: first + challenge }))
      .parameters
  expect((await ask('-')).get('code')).not.toBeNull()
  await turn('pkce-challenge-start', true)
  for (const first of ['-', '_']) {
    expect((await ask(first)).get('error_description')).toBe(
      'code_challenge_method must be S256 for public clients',
    )
  }
  expect((await ask('a')).get('code')).not.toBeNull()
})

it('refresh-grace allows, and refuse-reuse refuses, the reuse of a rotated token [P9]', async () => {
  await world.signIn(ADA)
  await turn('refresh-grace', true)
  const { clientId, tokens } = await client.connect()
  const next = await json(await client.refresh(clientId, tokens.refresh_token))
  expect(await json(await client.refresh(clientId, tokens.refresh_token))).toEqual(next)
  await turn('refresh-grace', false)
  await turn('refuse-reuse', true)
  await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  expect((await client.refresh(clientId, String(next.refresh_token))).status).toBe(200)
})

it('iss-in-response: iss in success and refusal, announced by the metadata (RFC 9207 2, 3)', async () => {
  await world.signIn(ADA)
  const { client_id } = await client.register()
  await turn('iss-in-response', true)
  for (const changes of [{}, { resource: undefined }]) {
    const { parameters } = redirectOf(await client.authorization(client_id, changes))
    expect(parameters.get('iss')).toBe(TEAM)
  }
  const metadata = await json(await world.fetch(`${TEAM}/.well-known/oauth-authorization-server`))
  expect(metadata).toMatchObject({
    issuer: TEAM,
    authorization_response_iss_parameter_supported: true,
  })
})

it('rfc7591-errors: invalid_redirect_uri (RFC 7591 3.2.2) instead of R5', async () => {
  const refused = async () =>
    (await json(await client.registration({ redirect_uris: ['https://evil.example/cb'] }))).error
  expect(await refused()).toBe('invalid_client_metadata')
  await turn('rfc7591-errors', true)
  expect(await refused()).toBe('invalid_redirect_uri')
})

it('consent-remembered: consent is required once for each client [A8, P8]', async () => {
  await turn('consent-remembered', true)
  const [ours, other] = [await client.register(), await client.register()]
  const person = new Person(world.fetch)
  const url = await client.authorizationUrl(ours.client_id)
  await person.open(url)
  await person.press('ada@example.com')
  await person.press('allow')
  expect(person.callback?.searchParams.get('code')).toMatch(/./)
  person.callback = undefined
  await person.open(url)
  expect((person.callback as URL | undefined)?.searchParams.get('code')).toMatch(/./)
  await person.open(await client.authorizationUrl(other.client_id))
  expect(person.page?.text).toContain('Authorize Client')
})

describe('consent-remembered: a consent [A8, P8]', () => {
  /** The page at a URL for a person who has allowed the client at another. */
  const pageAfterConsent = async (first: string, next: string, between = async () => {}) => {
    const person = await new Person(world.fetch).open(first)
    await (await person.press('ada@example.com')).press('Allow')
    expect(person.callback).toBeDefined()
    person.callback = undefined
    await between()
    await person.open(next)
    return person.callback ? 'callback' : person.page?.title
  }

  it('that was given while the quirk was off is not remembered', async () => {
    const url = await client.authorizationUrl((await client.register()).client_id)
    const page = await pageAfterConsent(url, url, () => turn('consent-remembered', true))
    expect(page).toBe('Authorize Client')
  })

  it('is of one person', async () => {
    await turn('consent-remembered', true)
    const url = await client.authorizationUrl((await client.register()).client_id)
    expect(await pageAfterConsent(url, url)).toBe('callback')
    const grace = await (await new Person(world.fetch).open(url)).press('grace@example.com')
    expect(grace.page?.title).toBe('Authorize Client')
  })

  it('is for one application', async () => {
    await turn('consent-remembered', true)
    const two = application({ name: 'Two', domain: 'localhost:8788/two' })
    const { post } = api(world.fetch)
    await post(`${ACCOUNT}/access/apps`, { ...two, type: 'self_hosted' })
    const { client_id } = await client.register()
    const [first, second] = await Promise.all([
      client.authorizationUrl(client_id),
      client.authorizationUrl(client_id, { resource: `${APP}/two` }),
    ])
    expect(await pageAfterConsent(first, second)).toBe('Authorize Client')
  })
})

it('long-lived-codes: a code is valid for six hours', async () => {
  await world.signIn(ADA)
  const { client_id } = await client.register()
  await turn('long-lived-codes', true)
  const [first, second] = [await client.code(client_id), await client.code(client_id)]
  await world.advance('5h59m')
  expect((await client.exchange(client_id, first)).status).toBe(200)
  await world.advance('2m')
  await expect(client.exchange(client_id, second)).toBeRefused('invalid_grant')
})

it('strict-revocation: revoke_user ends grants at once [T15, P21]', async () => {
  await world.signIn(ADA)
  await turn('strict-revocation', true)
  const { clientId, tokens } = await client.connect()
  await world.revoke({ person: ADA.email })
  await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
})
