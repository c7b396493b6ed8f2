import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT } from '../support/api'
import { APP, emulator, TEAM } from '../support/emulator'
import { workOf } from '../support/work'

const world = emulator()
beforeEach(world.reset)

const FORM = 'application/x-www-form-urlencoded'
const EVERYONE = { name: 'All', decision: 'allow', include: [{ everyone: {} }] }

type Sized = (n: number) => { method?: string; url: string; body: string | object }

const list = <T>(n: number, each: (index: number) => T) =>
  Array.from({ length: n }, (_, i) => each(i))
const at = (resource: string, body: (n: number) => object): Sized => {
  return (n) => ({ url: `${APP}/client/v4${ACCOUNT}/${resource}`, body: body(n) })
}
const application = (members: (n: number) => object) =>
  at('access/apps', (n) => ({ name: 'A', type: 'mcp', ...members(n) }))
const oauthClient = (members: (n: number) => object) =>
  at('oauth_clients', (n) => ({
    client_name: 'A',
    grant_types: ['authorization_code'],
    redirect_uris: ['https://app.example/callback'],
    response_types: ['code'],
    scopes: [],
    token_endpoint_auth_method: 'none',
    ...members(n),
  }))
const registration = (members: (n: number) => object): Sized => {
  const url = `${TEAM}/cdn-cgi/access/oauth/registration`
  return (n) => ({ url, body: { redirect_uris: ['http://localhost/callback'], ...members(n) } })
}
const control = (method: string, path: string, body: (n: number) => object): Sized => {
  return (n) => ({ method, url: `${APP}/_emulator/${path}`, body: body(n) })
}
const form = (path: string, body: (n: number) => string): Sized => {
  return (n) => ({ url: `${TEAM}${path}`, body: body(n) })
}

const BODIES: Record<string, Sized> = {
  'rules of a group, each with an unknown member': at('access/groups', (n) => ({
    name: 'G',
    include: list(n, (i) => ({ everyone: { [`x${i}`]: 1 } })),
  })),
  'rules of a group that name groups that exist': at('access/groups', (n) => ({
    name: 'G',
    include: list(n, () => ({ email: { email: 'ada@example.com' } })),
    exclude: list(n, (i) => ({ service_token: { token_id: `${i}` } })),
  })),
  'unknown members of one object': at('access/groups', (n) => ({
    name: 'G',
    include: [{ everyone: {} }],
    ...Object.fromEntries(list(n, (i) => [`x${i}`, 1])),
  })),
  'policies of an application, each with an unknown member': application((n) => ({
    policies: list(n, (i) => ({ ...EVERYONE, [`x${i}`]: 1 })),
  })),
  'policies with a precedence, before as many without one': application((n) => ({
    policies: [...list(n, () => EVERYONE), ...list(n, (i) => ({ ...EVERYONE, precedence: i + 1 }))],
  })),
  'policies of which the last repeats a precedence': application((n) => ({
    policies: list(n, (i) => ({ ...EVERYONE, precedence: i === n - 1 ? 1 : i + 1 })),
  })),
  'destinations, each with an unknown member': application((n) => ({
    destinations: list(n, (i) => ({ type: 'public', uri: `a${i}.example`, x: 1 })),
  })),
  'redirect rules that are none': application((n) => ({
    oauth_configuration: { dynamic_client_registration: { allowed_uris: list(n, () => '*') } },
  })),
  'tags of which none exists': application((n) => ({ tags: list(n, String) })),
  'scopes of an OAuth client, all optional': oauthClient((n) => ({
    scopes: list(n, (i) => `scope${i}`),
    optional_scopes: list(n, (i) => `scope${i}`),
  })),
  'redirect URIs of an OAuth client': oauthClient((n) => ({
    redirect_uris: list(n, (i) => `https://app.example/${i}`),
  })),
  'redirect URIs of a registration': registration((n) => ({
    redirect_uris: list(n, (i) => `http://localhost/${i}`),
  })),
  'grant types of a registration': registration((n) => ({
    grant_types: list(n, () => 'authorization_code'),
  })),
  'unknown members of a registration': registration((n) =>
    Object.fromEntries(list(n, (i) => [`x${i}`, 1])),
  ),
  'parameters of a token request': form('/cdn-cgi/access/oauth/token', (n) =>
    list(n, (i) => `x${i}=1`).join('&'),
  ),
  'one parameter, repeated': form('/cdn-cgi/access/oauth/revoke', (n) =>
    list(n, () => 'token=1').join('&'),
  ),
  'rules of automatic sign-in': control('PUT', 'auto-sign-in', (n) =>
    list(n, (i) => ({ email: `p${i}@example.com`, client: `${i}` })),
  ),
  'hosts of the emulated zone': control('PUT', 'dns', (n) =>
    Object.fromEntries(list(n, (i) => [`a${i}.example`, ['text']])),
  ),
  'unknown members of a control body': control('PATCH', 'clock', (n) =>
    Object.fromEntries(list(n, (i) => [`x${i}`, 1])),
  ),
}

async function send({ method = 'POST', url, body }: ReturnType<Sized>): Promise<void> {
  const isForm = typeof body === 'string'
  const response = await world.fetch(url, {
    method,
    headers: {
      'content-type': isForm ? FORM : 'application/json',
      authorization: 'Bearer a-token',
    },
    body: isForm ? body : JSON.stringify(body),
  })
  await response.text()
  expect(response.status).toBeLessThan(500)
}

// Twice the size is at most twice the work; four times would be quadratic.
const LIMIT = 2.3

describe('A body of twice the size is at most twice the work:', () => {
  it.each(Object.entries(BODIES))('%s', async (_, sized) => {
    const work = async (n: number) => {
      await world.reset()
      return workOf(() => send(sized(n)))
    }
    // The first request loads what later ones find loaded.
    await work(10)
    const [once, twice] = [await work(150), await work(300)]
    expect(twice / once).toBeLessThan(LIMIT)
  })
})
