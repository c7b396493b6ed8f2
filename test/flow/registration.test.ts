import { beforeEach, describe, expect, it } from 'vitest'
import { Client, REDIRECT_URI } from '../support/client'
import { application, clientOf, emulator, TEAM } from '../support/emulator'

const { fetch, reset } = emulator()
beforeEach(reset)
const client = new Client(fetch)
const NOT_ALLOWED = {
  error: 'invalid_client_metadata',
  error_description: 'redirect_uri is not allowed by the account configuration',
}
type Registered = Record<string, unknown> & { client_id: string }

describe('Registering a public client', () => {
  it('returns 201 with the metadata and a UUID v4 [R1, R2, R4]', async () => {
    const response = await client.registration()
    expect(response.status).toBe(201)
    const body = (await response.json()) as Registered
    expect(body).toEqual({
      client_id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      client_name: 'Test client',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      registration_client_uri: `${TEAM}/cdn-cgi/access/oauth/registration`,
      client_id_issued_at: expect.any(Number),
    })
  })

  it('is not cached (RFC 7591 3.2.1)', async () => {
    expect((await client.registration()).headers.get('cache-control')).toBe('no-store')
  })

  it('issues neither a secret nor a registration access token [R3]', async () => {
    const body = await client.register()
    expect(body).not.toHaveProperty('client_secret')
    expect(body).not.toHaveProperty('registration_access_token')
  })

  it('ignores resource, scope and unknown members [R16]', async () => {
    const response = await client.registration({
      resource: 'http://localhost:8788',
      scope: 'openid profile',
      application_type: 'native',
      future: { member: true },
    })
    expect(response.status).toBe(201)
  })

  it('returns the informational URIs of the client (RFC 7591 3.2.1)', async () => {
    const uris = { client_uri: 'https://client.example', logo_uri: 'https://client.example/l.png' }
    expect(await client.register(uris)).toMatchObject(uris)
  })

  it('cannot be undone: DELETE is 404 [R17]', async () => {
    const { registration_client_uri: uri } = (await client.register()) as Registered & {
      registration_client_uri: string
    }
    expect((await fetch(uri, { method: 'DELETE' })).status).toBe(404)
    expect((await fetch(uri)).status).toBe(404)
  })
})

describe('Registering a confidential client [R18]', () => {
  it.each(['client_secret_basic', 'client_secret_post'])(
    'issues a secret that does not expire: %s (RFC 7591 3.2.1)',
    async (method) => {
      const body = await client.register({ token_endpoint_auth_method: method })
      expect(body).toMatchObject({
        client_secret: expect.stringMatching(/^\S{40,}$/),
        client_secret_expires_at: 0,
        token_endpoint_auth_method: method,
      })
    },
  )

  it('is the default without token_endpoint_auth_method (RFC 7591 2)', async () => {
    expect(await client.register({ token_endpoint_auth_method: undefined })).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: expect.any(String),
    })
  })
})

const rules = (dynamic_client_registration: Record<string, unknown>) =>
  application({
    oauth_configuration: {
      dynamic_client_registration: {
        allow_any_on_localhost: false,
        allow_any_on_loopback: false,
        ...dynamic_client_registration,
      },
    },
  })
const withRules = (...applications: Record<string, unknown>[]) =>
  clientOf({ APPLICATIONS: applications })

describe('Redirect URIs at registration', () => {
  it.each([
    ['http://localhost:53682/callback', 201, 'localhost toggle [R8]'],
    ['http://localhost/', 201, 'localhost toggle [R8]'],
    ['http://127.0.0.1:33418/', 201, 'loopback toggle [R9]'],
    ['https://playground.ai.cloudflare.com/oauth/callback', 201, 'below a /* rule [R10]'],
    ['https://playground.ai.cloudflare.com/', 201, 'the /* rule with nothing (assumed) [R10]'],
    ['https://playground.ai.cloudflare.com', 400, 'no path at all (assumed) [R10]'],
    ['https://playground.ai.cloudflare.com.evil.example/x', 400, 'look-alike'],
    ['http://playground.ai.cloudflare.com/x', 400, 'another scheme'],
    ['http://localhost.evil.example/x', 400, 'look-alike'],
    ['http://127.0.0.1.evil.example/x', 400, 'look-alike'],
    ['http://localhost@evil.example/x', 400, 'user information'],
    ['http://LOCALHOST/x', 400, 'upper case'],
    ['http://[::1]:8080/x', 400, 'neither toggle (assumed)'],
    ['https://playground.ai.cloudflare.com/a/../b', 400, 'dot segments'],
    ['https://playground.ai.cloudflare.com/a%2F..%2Fb', 400, 'encoded slashes'],
    ['http://localhost/x#fragment', 400, 'a fragment'],
    ['javascript:alert(1)', 400, 'runs in the browser'],
    ['data:text/html,x', 400, 'runs in the browser'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 400, 'a custom scheme not listed [R13]'],
    ['not a uri', 400, 'not a URI'],
    ['', 400, 'empty'],
  ])('%s gets %i: %s', async (uri, status) => {
    const response = await client.registration({ redirect_uris: [uri] })
    expect(response.status).toBe(status)
    if (status === 400) expect(await response.json()).toEqual(NOT_ALLOWED) // [R5]
  })

  it('one URI that is not allowed fails the whole registration [R6]', async () => {
    const response = await client.registration({
      redirect_uris: [REDIRECT_URI, 'https://vscode.dev/redirect'],
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(NOT_ALLOWED)
  })

  it('a listed custom scheme is allowed if it is identical [R12]', async () => {
    const listed = withRules(rules({ allowed_uris: ['com.example.app:/oauth/callback'] }))
    const answers = await Promise.all(
      ['com.example.app:/oauth/callback', 'com.example.app:/oauth/callback/x'].map((uri) =>
        listed.registration({ redirect_uris: [uri] }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 400])
  })

  it('an exact rule includes its port [R11]', async () => {
    const listed = withRules(rules({ allowed_uris: ['https://dev.example.com:8082/cb'] }))
    const answers = await Promise.all(
      [
        'https://dev.example.com:8082/cb',
        'https://dev.example.com:8083/cb',
        'https://dev.example.com/cb',
      ].map((uri) => listed.registration({ redirect_uris: [uri] })),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 400, 400])
  })

  it('none is allowed while the list is empty and the toggles are off [R14]', async () => {
    const response = await withRules(rules({})).registration()
    expect(await response.json()).toEqual(NOT_ALLOWED)
  })

  it('a URI is allowed if any application of the account allows it [R15]', async () => {
    const account = withRules(rules({}), {
      ...rules({ allow_any_on_localhost: true }),
      name: 'Other',
      domain: 'other.example',
    })
    expect((await account.registration()).status).toBe(201)
  })

  it('only applications with Managed OAuth on count [R15]', async () => {
    const account = withRules(rules({}), {
      ...application({ name: 'Off', domain: 'off.example' }),
      oauth_configuration: {
        enabled: false,
        dynamic_client_registration: { allow_any_on_localhost: true },
      },
    })
    expect((await account.registration()).status).toBe(400)
  })

  it('the endpoint is a 404 while registration is off everywhere [R7]', async () => {
    const response = await withRules(rules({ enabled: false })).registration()
    expect([response.status, await response.json()]).toEqual([404, { error: 'not_found' }])
  })
})

describe('Invalid metadata', () => {
  it.each([
    ['redirect_uris', { redirect_uris: undefined }],
    ['redirect_uris', { redirect_uris: [] }],
    ['redirect_uris', { redirect_uris: 'http://localhost/' }],
    ['redirect_uris.0', { redirect_uris: [7] }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['grant_types.0', { grant_types: ['implicit'] }],
    ['grant_types', { grant_types: ['refresh_token'] }],
    ['response_types.0', { response_types: ['token'] }],
    ['client_name', { client_name: 'a\u0000b' }],
    ['client_name', { client_name: 'x'.repeat(1001) }],
    ['client_name', { client_name: { en: 'x' } }],
    ['client_uri', { client_uri: 'javascript:alert(1)' }],
    ['logo_uri', { logo_uri: 'data:image/svg+xml,x' }],
    ['tos_uri', { tos_uri: 'javascript:alert(1)' }],
    ['policy_uri', { policy_uri: 'file:///etc/passwd' }],
  ])('is refused with the name of the member: %s %j', async (member, metadata) => {
    const response = await client.registration(metadata)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: 'invalid_client_metadata',
      error_description: expect.stringMatching(new RegExp(`^${member.replace('.', '\\.')}: `)),
    })
  })
})
