import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Cloudflare, {
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  PermissionDeniedError,
} from 'cloudflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RESOURCES } from '../../src/api/cloudflare-resources'
import { type Server, startServer } from '../support/server'

const account_id = '023e105f4ecef8ad9ca31a8372d0c353'
const TOKENS = [
  { name: 'reader', token: 'reads', permissions: ['Access: Apps and Policies Read'] },
  { name: 'expired', token: 'expired', permissions: [], expires_on: '2020-01-01T00:00:00Z' },
]

let server: Server
let strict: Server
const clientOf = ({ app }: Server, apiToken: string) =>
  new Cloudflare({ apiToken, baseURL: `${app}/client/v4`, maxRetries: 0 })
beforeAll(async () => {
  ;[server, strict] = await Promise.all([
    startServer(),
    startServer(['--var', `API_TOKENS:${JSON.stringify(TOKENS)}`]),
  ])
})
afterAll(() => Promise.all([server?.stop(), strict?.stop()]))

describe('A wrong member is a BadRequestError that points to it [V3, V16]', () => {
  const everyone = [{ everyone: {} }]
  const policy = (precedence: number) => ({
    name: `Policy ${precedence}`,
    decision: 'allow',
    include: everyone,
    precedence: 1,
  })
  const clients = (rule: string) => ({
    oauth_configuration: { dynamic_client_registration: { allowed_uris: [rule] } },
  })
  const ALLOWED = '/oauth_configuration/dynamic_client_registration/allowed_uris/0'

  it.each<[object, string, string?]>([
    [{ session_duration: '5d' }, '/session_duration'],
    [
      { oauth_configuration: { grant: { access_token_lifetime: '0s' } } },
      '/oauth_configuration/grant/access_token_lifetime',
    ],
    [clients('https://example.com/*/x'), ALLOWED],
    [clients('com.example.app:/*'), ALLOWED],
    [clients('example.com'), ALLOWED],
    [
      { policies: [policy(1), policy(2)] },
      '/policies/1/precedence',
      'access.api.error.invalid_request: policy precedences must be unique',
    ],
    [
      { options_preflight_bypass: true, cors_headers: { allow_all_origins: true } },
      '/options_preflight_bypass',
      'access.api.error.invalid_request: cannot turn on if cors_headers is set',
    ],
    [{ auto_redirect_to_identity: true }, '/auto_redirect_to_identity'],
    [{ policies: ['no-such-policy'] }, '/policies/0'],
    [
      { policies: [{ ...policy(1), include: [{ group: { id: 'no-such' } }] }] },
      '/policies/0/include/0/group',
    ],
    [{ allowed_idps: ['no-such'] }, '/allowed_idps/0'],
    [{ tags: ['no-such'] }, '/tags/0'],
    [{ domain: 'https://example.com' }, '/domain'],
    [{ domain: undefined }, '/domain'],
  ])('%j at %s', async (members, pointer, message) => {
    const api = clientOf(server, 'any').zeroTrust.access.applications
    const body = { account_id, type: 'self_hosted', domain: 'error.example.com', ...members }
    const refused = api.create(body as never)
    await expect(refused).rejects.toBeInstanceOf(BadRequestError)
    await expect(refused).rejects.toMatchObject({
      errors: [{ code: 12130, source: { pointer }, ...(message && { message }) }],
    })
  })

  it('and is not stored', async () => {
    const found = []
    const list = clientOf(server, 'any').zeroTrust.access.applications.list({ account_id })
    for await (const application of list) found.push(application)
    expect(found).toMatchObject([{ name: 'Demo' }])
  })
})

describe('A resource that does not exist is a NotFoundError [V14, V18]', () => {
  const zeroTrust = () => clientOf(server, 'any').zeroTrust
  it.each<[string, () => Promise<unknown>, number, RegExp]>([
    [
      'an application',
      () => zeroTrust().access.applications.get('x', { account_id }),
      12135,
      /unknown_application/,
    ],
    [
      'a service token',
      () => zeroTrust().access.serviceTokens.get('x', { account_id }),
      12135,
      /service_token/,
    ],
    ['a group', () => zeroTrust().access.groups.get('x', { account_id }), 12152, /group/],
    [
      'an id with a slash, which is encoded once',
      () => zeroTrust().access.tags.get('a/b c', { account_id }),
      12135,
      /tag/,
    ],
    [
      'an id that goes up',
      () => zeroTrust().access.applications.get('../x', { account_id }),
      12135,
      /unknown_application/,
    ],
    [
      'what is left out on purpose',
      async () => zeroTrust().access.certificates.list({ account_id }),
      7003,
      /access\/certificates is not emulated/,
    ],
  ])('%s', async (_, call, code, message) => {
    const refused = call()
    await expect(refused).rejects.toBeInstanceOf(NotFoundError)
    await expect(refused).rejects.toMatchObject({
      errors: [{ code, message: expect.stringMatching(message) }],
    })
  })

  it('PATCH of an application is refused with 10405, and not reported as missing', async () => {
    const path = `/accounts/${account_id}/access/apps/x`
    await expect(clientOf(server, 'any').patch(path, { body: {} })).rejects.toMatchObject({
      status: 405,
      errors: [{ code: 10405 }],
    })
  })
})

describe('With API_TOKENS, a token may do only what its permissions allow [V9]', () => {
  const list = (token: string) => {
    const { applications } = clientOf(strict, token).zeroTrust.access
    return applications.list({ account_id })
  }

  it('and reads', async () => {
    expect((await list('reads')).result).toMatchObject([{ name: 'Demo' }])
  })

  it('and any other operation is a PermissionDeniedError with 10000', async () => {
    const { applications } = clientOf(strict, 'reads').zeroTrust.access
    const refused = applications.create({ account_id, type: 'self_hosted', domain: 'a.example' })
    await expect(refused).rejects.toBeInstanceOf(PermissionDeniedError)
    await expect(refused).rejects.toMatchObject({ errors: [{ code: 10000 }] })
  })

  it.each(['unknown', 'expired'])('and one that is %s is refused with 9109', async (token) => {
    await expect(list(token)).rejects.toMatchObject({ status: 403, errors: [{ code: 9109 }] })
  })

  it('and one that is unknown is no token to verify: an AuthenticationError with 1000', async () => {
    const verified = clientOf(strict, 'unknown').user.tokens.verify()
    await expect(verified).rejects.toBeInstanceOf(AuthenticationError)
    await expect(verified).rejects.toMatchObject({ errors: [{ code: 1000 }] })
  })
})

it('Every path of the SDK belongs to a resource that is emulated, or that is reported as left out [V23]', async () => {
  const folder = dirname(createRequire(import.meta.url).resolve('cloudflare/resources/index.js'))
  const files = (await readdir(folder, { recursive: true })).filter((each) => each.endsWith('.js'))
  const texts = await Promise.all(files.map((each) => readFile(join(folder, each), 'utf8')))
  const paths = texts.flatMap((text) =>
    [...text.matchAll(/`\/(accounts|zones)\/\$\{\w+\}\/([a-z][\w-]*)/g)].map(
      ([, owner = '', first = '']) => `${owner}/${first}`,
    ),
  )
  expect(paths.length).toBeGreaterThan(500)
  const known = ['access', 'oauth_clients']
  const missing = new Set(
    paths.filter((path) => {
      const [owner, first = ''] = path.split('/')
      const listed = owner === 'zones' ? RESOURCES.zones : RESOURCES.accounts
      return !listed.includes(first) && !known.includes(first)
    }),
  )
  expect([...missing]).toEqual([])
})
