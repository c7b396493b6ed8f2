import * as oauth from 'oauth4webapi'
import { beforeEach, describe, expect, it } from 'vitest'
import fidelity from '../../docs/fidelity.md?raw'
import { listOf, QUIRKS } from '../../src/switches/quirks'
import { challengeOf, REDIRECT_URI, redirectOf, VERIFIER } from '../support/client'
import { ADA, APP, application, emulator, TEAM } from '../support/emulator'
import { observer } from '../support/observer'
import { Person } from '../support/person'

// With https, as deployed: the strict client needs no exception at all.
const APP_HTTPS = 'https://localhost'
const TEAM_HTTPS = 'https://127.0.0.1'
const world = emulator({ QUIRKS: ['by-the-book'] })
const usual = emulator()
const { control, eventOf } = observer(world.fetch)
const customFetch = {
  [oauth.customFetch]: (url: string, options: object) => world.fetch(url, options),
}
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

type Json = Record<string, unknown>
const read = async (url: string, fetch = world.fetch) => (await (await fetch(url)).json()) as Json

describe('oauth4webapi, without any exception', () => {
  const discovered = async (issuer: string) => {
    const url = new URL(issuer)
    const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...customFetch })
    return oauth.processDiscoveryResponse(url, response)
  }
  const authorized = async (as: oauth.AuthorizationServer, resource?: string) => {
    const registration = await oauth.dynamicClientRegistrationRequest(
      as,
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' },
      customFetch,
    )
    const client = await oauth.processDynamicClientRegistrationResponse(registration)
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const url = new URL(String(as.authorization_endpoint))
    const parameters = {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(resource !== undefined && { resource }),
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    const callback = new URL((await world.fetch(url.href)).headers.get('location') ?? '')
    const response = oauth.validateAuthResponse(as, client, callback, state)
    const exchange = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      response,
      REDIRECT_URI,
      verifier,
      customFetch,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchange)
    const admitted = await oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      new URL('/whoami', APP_HTTPS),
      undefined,
      undefined,
      customFetch,
    )
    expect(admitted.status).toBe(200)
    return tokens
  }

  it.each([
    ['the team domain', TEAM_HTTPS],
    ["the application's host", APP_HTTPS],
    ["a path of the application's host", `${APP_HTTPS}/mcp`],
  ])('connects through the issuer of %s [RFC 8414 3.3, RFC 9207 2.4]', async (_, issuer) => {
    const as = await discovered(issuer)
    expect(as).toMatchObject({ issuer, authorization_response_iss_parameter_supported: true })
    expect(await authorized(as, APP_HTTPS)).toMatchObject({ resource: `${APP_HTTPS}/` })
  })

  it.each([APP_HTTPS, `${APP_HTTPS}/mcp`])(
    'reads the resource of %s [RFC 9728 3.3]',
    async (of) => {
      const url = new URL(of)
      const response = await oauth.resourceDiscoveryRequest(url, customFetch)
      const server = await oauth.processResourceDiscoveryResponse(url, response)
      expect(server.resource).toBe(of)
      const [issuer = ''] = server.authorization_servers ?? []
      expect(await authorized(await discovered(issuer), of)).toHaveProperty('access_token')
    },
  )
})

describe('A client of the MCP specification of March 2025, such as MCP SDK 1.11', () => {
  // It reads the metadata at the host of the server, and sends no resource and no state.
  const authorization = async (fetch = world.fetch) => {
    const metadata = await read(`${APP}/.well-known/oauth-authorization-server`, fetch)
    const registration = await fetch(String(metadata.registration_endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
      }),
    })
    const { client_id } = (await registration.json()) as { client_id: string }
    const url = new URL(String(metadata.authorization_endpoint))
    const parameters = {
      response_type: 'code',
      client_id,
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      redirect_uri: REDIRECT_URI,
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return { url, metadata, client_id }
  }

  it('receives a token for the server whose metadata it read', async () => {
    const { url, metadata, client_id } = await authorization()
    const response = await world.fetch(url.href)
    const { parameters } = redirectOf(response)
    expect(parameters.get('iss')).toBe(APP)
    const event = await eventOf(response, 'authorization')
    expect(event.why).toContain(`the quirk default-resource chose ${APP}/`)
    const exchange = await world.fetch(String(metadata.token_endpoint), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id,
        code: parameters.get('code') ?? '',
        code_verifier: VERIFIER,
        redirect_uri: REDIRECT_URI,
      }),
    })
    const tokens = (await exchange.json()) as Json
    expect(tokens).toMatchObject({ token_type: 'bearer', resource: `${APP}/` })
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    await expect(world.fetch(`${APP}/whoami`, { headers })).toBeAdmitted()
  })

  it('is refused without the quirk [A1]', async () => {
    const { url } = await authorization(usual.fetch)
    const response = await usual.fetch(url.href)
    await expect(response).toRedirectWithError('invalid_target', 'No resource parameter found', {
      to: REDIRECT_URI,
      state: null,
    })
  })

  it('keeps its issuer and resource over the login and consent pages', async () => {
    await world.signIn(null)
    const { url } = await authorization()
    const person = await new Person(world.fetch).open(url.href)
    await person.press('ada@example.com')
    await person.press('allow')
    expect(person.callback?.searchParams.get('iss')).toBe(APP)
    expect(person.callback?.searchParams.get('code')).toMatch(/./)
  })
})

describe('default-resource', () => {
  const asked = async (settings: Json) => {
    const { fetch } = emulator({ QUIRKS: ['default-resource'], ...settings })
    const registration = await fetch(`${TEAM}/cdn-cgi/access/oauth/registration`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' }),
    })
    const { client_id } = (await registration.json()) as { client_id: string }
    const query = new URLSearchParams({
      response_type: 'code',
      client_id,
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      redirect_uri: REDIRECT_URI,
    })
    return fetch(`${TEAM}/cdn-cgi/access/oauth/authorization?${query}`)
  }

  it.each<[domain: string | undefined, resource: string]>([
    [undefined, `${TEAM}/`],
    ['localhost/mcp', `${APP}/mcp`],
    ['mcp.example:9000', 'http://mcp.example:9000/'],
    ['*.example.com', 'http://x.example.com:8788/'],
  ])(
    'is the only application with Managed OAuth: of the domain %s, %s',
    async (domain, resource) => {
      const off = application({
        name: 'Off',
        domain: 'off.example',
        oauth_configuration: undefined,
      })
      const response = await asked(domain ? { APPLICATIONS: [application({ domain }), off] } : {})
      expect(redirectOf(response).parameters.get('code')).toMatch(/./)
      const { why } = await eventOf(response, 'authorization')
      expect(why).toContain(`the quirk default-resource chose ${resource}.`)
    },
  )

  it('is missing if there are two [A1]', async () => {
    const APPLICATIONS = [application(), application({ name: 'Two', domain: 'two.example' })]
    const { parameters } = redirectOf(await asked({ APPLICATIONS }))
    expect(parameters.get('error')).toBe('invalid_target')
  })
})

describe('by-the-book', () => {
  const MEMBERS = listOf('by-the-book')
  const on = async () => {
    const { quirks } = (await (await control('GET', 'quirks')).json()) as {
      quirks: { name: string; on: boolean }[]
    }
    return quirks.filter((each) => each.on).map(({ name }) => name)
  }

  it('stands for its list, each of which names rows that it departs from', async () => {
    expect((await on()).sort()).toEqual([...MEMBERS, 'by-the-book'].sort())
    for (const name of MEMBERS) {
      expect(QUIRKS['by-the-book'].what).toContain(`\`${name}\``)
      const rows = QUIRKS[name].source.match(/\b[AMR]\d+\b/g) ?? []
      expect([name, rows.length > 0]).toEqual([name, true])
      for (const row of rows) {
        expect(fidelity).toContain(`\n| ${row} |`)
        expect(QUIRKS['by-the-book'].source).toContain(row)
      }
    }
  })

  it('is shown with its list in the console', async () => {
    const { page } = await new Person(world.fetch).open(`${APP}/_emulator/console/faults`)
    const card = page?.html.querySelector('#quirk-by-the-book')
    for (const name of MEMBERS) expect(card?.text).toContain(name)
  })

  it('is switched as one, and its quirks one by one', async () => {
    const put = (name: string, isOn: boolean) => control('PUT', `quirks/${name}`, { on: isOn })
    await put('iss-in-response', false)
    expect(await on()).not.toContain('iss-in-response')
    expect(await on()).toContain('metadata-of-host')
    await put('by-the-book', false)
    expect(await on()).toEqual([])
    await put('by-the-book', true)
    expect((await on()).sort()).toEqual([...MEMBERS, 'by-the-book'].sort())
  })

  it('gives no registration_client_uri without its token (RFC 7592 3) [R4, P29]', async () => {
    const register = async (fetch: typeof world.fetch) => {
      const response = await fetch(`${TEAM}/cdn-cgi/access/oauth/registration`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [REDIRECT_URI] }),
      })
      return response.json()
    }
    expect(await register(world.fetch)).not.toHaveProperty('registration_client_uri')
    expect(await register(usual.fetch)).toHaveProperty('registration_client_uri')
  })

  it('changes nothing while it is off [M3, M10]', async () => {
    const path = '/.well-known/oauth-authorization-server'
    expect(await read(`${APP}${path}/mcp`, usual.fetch)).toEqual(
      await read(TEAM + path, usual.fetch),
    )
    const resource = `${APP}/.well-known/oauth-protected-resource/mcp`
    expect(await read(resource, usual.fetch)).toMatchObject({ resource: APP })
    const url = `${TEAM}/cdn-cgi/access/oauth/authorization?issuer=${APP}&client_id=x`
    expect((await usual.fetch(url)).status).toBe(400)
  })

  it('names no issuer that no application with Managed OAuth covers', async () => {
    const APPLICATIONS = [application({ domain: 'localhost' })]
    const { fetch } = emulator({ QUIRKS: ['by-the-book'], APPLICATIONS })
    const metadata = await read(`${TEAM}/.well-known/oauth-authorization-server`, fetch)
    const registration = await fetch(String(metadata.registration_endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' }),
    })
    const { client_id } = (await registration.json()) as { client_id: string }
    const query = new URLSearchParams({
      issuer: 'https://evil.example',
      response_type: 'code',
      client_id,
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      redirect_uri: REDIRECT_URI,
      resource: APP,
    })
    const response = await fetch(`${metadata.authorization_endpoint}?${query}`)
    expect(redirectOf(response).parameters.get('iss')).toBe(TEAM)
  })
})
