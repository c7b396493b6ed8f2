import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client, type Tokens } from '../support/client'
import { ADA, APP, emulator, TEAM } from '../support/emulator'
import { Person } from '../support/person'

const world = emulator()
const client = new Client(world.fetch)
beforeEach(world.reset)
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'
const MIB = 1024 * 1024

const post = (path: string, contentType: string | undefined, body: BodyInit | null) =>
  world.fetch(`${TEAM}/cdn-cgi/access${path}`, {
    method: 'POST',
    headers: contentType ? { 'content-type': contentType } : {},
    body,
  })

describe('Registration refuses', () => {
  it.each([
    ['no body', JSON_TYPE, null, /not valid JSON/],
    ['no content type', undefined, '{}', /Content-Type/],
    ['a form', FORM, 'redirect_uris=x', /Content-Type/],
    ['truncated JSON', JSON_TYPE, '{"redirect_uris":["http://local', /not valid JSON/],
    ['an array', JSON_TYPE, '[]', /the body: .*object/],
    ['a string', JSON_TYPE, '"x"', /the body: .*object/],
    ['null', JSON_TYPE, 'null', /the body: .*object/],
    ['60,000 brackets', JSON_TYPE, '['.repeat(60_000), /not valid JSON/],
    ['bytes that are not UTF-8', JSON_TYPE, new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), /UTF-8/],
  ])('%s', async (_, contentType, body, names) => {
    const response = await post('/oauth/registration', contentType, body)
    await expect(response).toBeRefused('invalid_client_metadata', names)
  })

  it.each([
    ['1 MiB of junk', 'x'.repeat(MIB)],
    ['1 MiB of brackets', '['.repeat(MIB)],
  ])('%s', async (_, body) => {
    const response = await post('/oauth/registration', JSON_TYPE, body)
    await expect(response).toBeRefused('invalid_client_metadata', /longer than 65536 bytes/, 413)
  })

  it('an endless body after 64 MiB, keeping none of it', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += MIB
        controller.enqueue(new Uint8Array(MIB).fill(32))
      },
    })
    const response = await post('/oauth/registration', JSON_TYPE, body)
    await expect(response).toBeRefused('invalid_client_metadata', /longer/, 413)
    expect(sent).toBeLessThan(70 * MIB)
  })

  it('a body with a Content-Length above 64 MiB, without reading it', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += MIB
        controller.enqueue(new Uint8Array(MIB).fill(32))
      },
    })
    const response = await world.fetch(`${TEAM}/cdn-cgi/access/oauth/registration`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE, 'content-length': String(65 * MIB) },
      body,
    })
    expect(response.status).toBe(413)
    expect(sent).toBeLessThanOrEqual(2 * MIB)
  })
})

describe.each(['/oauth/token', '/oauth/revoke'])('%s refuses', (path) => {
  it.each([
    ['no content type', undefined, 'client_id=x', /Content-Type/],
    ['JSON', JSON_TYPE, '{"client_id":"x"}', /Content-Type/],
    ['multipart', 'multipart/form-data; boundary=x', '--x--', /Content-Type/],
    [
      'a repeated parameter (RFC 6749 3.2)',
      FORM,
      'client_id=a&client_id=a',
      /^client_id is given more/,
    ],
    ['a repeated unknown parameter', FORM, 'client_id=a&x=1&x=2', /^x is given more/],
    ['an over-long value', FORM, `client_id=${'a'.repeat(9000)}`, /^client_id is longer than 8192/],
    ['NUL', FORM, 'client_id=a%00b', /^client_id contains control characters/],
    ['a line break', FORM, 'client_id=a%0Ab', /^client_id contains control characters/],
    ['escapes that are not UTF-8', FORM, 'client_id=%ff%fe', /^client_id is not valid UTF-8/],
    ['bytes that are not UTF-8', FORM, new Uint8Array([0x61, 0x3d, 0xff]), /UTF-8/],
  ])('%s', async (_, contentType, body, names) => {
    await expect(post(path, contentType, body)).toBeRefused('invalid_request', names)
  })

  it('1 MiB of junk', async () => {
    const response = await post(path, FORM, 'x'.repeat(MIB))
    await expect(response).toBeRefused('invalid_request', /longer than 65536 bytes/, 413)
  })

  it.each([
    ['no body', FORM, null],
    ['an empty client_id', FORM, 'client_id='],
    ['broken escapes', FORM, '%zz=%&client_id=%zz'],
    ['a client_id longer than any key of KV', FORM, `client_id=${'é'.repeat(600)}`],
  ])('%s', async (_, contentType, body) => {
    await expect(post(path, contentType, body)).toBeRefused('invalid_client', /client_id/)
  })

  it('another method, and names the allowed one', async () => {
    const response = await world.fetch(`${TEAM}/cdn-cgi/access${path}`)
    expect(response.headers.get('allow')).toBe('POST')
    await expect(response).toBeRefused('invalid_request', /POST/, 405)
  })
})

describe('Unknown parameters', () => {
  it('are ignored everywhere (RFC 6749 3.1)', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register({ something: 'else' })
    const code = await client.code(client_id, { something: 'else', prompt: 'none' })
    const exchange = await client.exchange(client_id, code, { something: 'else' })
    const tokens = (await exchange.json()) as Tokens
    const refresh = await client.refresh(client_id, tokens.refresh_token, { something: 'else' })
    expect(refresh.status).toBe(200)
  })
})

describe('A page refuses, with a page,', () => {
  const open = async () => {
    const { client_id } = await client.register()
    return new Person(world.fetch).open(await client.authorizationUrl(client_id))
  }

  it.each([
    ['JSON', JSON_TYPE, '{"email":"ada@example.com"}', 'Content-Type'],
    ['1 MiB of junk', FORM, 'x'.repeat(MIB), 'longer than'],
    [
      'a repeated field',
      FORM,
      'email=a@b.example&email=c@d.example',
      'email is given more than once',
    ],
    ['NUL', FORM, 'email=a%00@b.example', 'email contains control characters'],
  ])('a login form of %s', async (_, contentType, body, names) => {
    const person = await open()
    const response = await world.fetch(person.page?.url ?? '', {
      method: 'POST',
      headers: { 'content-type': contentType, cookie: person.cookies('127.0.0.1') },
      body,
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain(names)
  })

  it.each(['', 'nobody', '@', 'a@', `${'a'.repeat(300)}@example.com`, 'a b@example.com', 'a@b'])(
    'the address "%s"',
    async (email) => {
      const person = await open()
      await person.press('Log in', { email })
      expect(person.page).toMatchObject({ status: 400, title: 'Invalid form' })
      expect(person.page?.text).toContain('email must be an e-mail address')
    },
  )

  it.each(['login/x', 'login/x?meta=a.b.c', 'oauth/consent', 'oauth/consent?request=a.b.c'])(
    'an address without a ticket: %s',
    async (path) => {
      const response = await world.fetch(`${TEAM}/cdn-cgi/access/${path}`)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toContain('text/html')
    },
  )
})

// Parts of URLs that browsers, proxies and attackers produce, in any order.
const piece = fc.constantFrom(
  ...['client_id', 'redirect_uri', 'resource', 'state', 'response_type', 'code', 'grant_type'],
  ...[
    '=',
    '&',
    '%00',
    '%ff',
    '%',
    '%zz',
    '+',
    '?',
    '/',
    '..',
    '\\',
    ';',
    '"',
    '<',
    'é',
    '\u{1f600}',
  ],
  ...[
    'code',
    'authorization_code',
    'http://localhost/',
    'javascript:alert(1)',
    `${APP}/`,
    'x'.repeat(500),
  ],
)
const junk = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))

describe('Random input', () => {
  const paths = fc.constantFrom(
    ...['oauth/authorization', 'oauth/consent', 'login/x', 'authorized', 'certs', 'nothing'],
    ...['oauth/token', 'oauth/registration', 'oauth/revoke', '../_emulator/clock', ''],
  )
  const hosts = fc.constantFrom(APP, TEAM)
  const prefixes = fc.constantFrom('/cdn-cgi/access/', '/.access/', '/.well-known/', '/')

  it('in the query never causes a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(hosts, prefixes, paths, junk, async (host, prefix, path, query) => {
        const response = await world.fetch(`${host}${prefix}${path}?${query}`)
        expect(response.status).toBeLessThan(500)
      }),
      { numRuns: 400 },
    )
  })

  it('in the body never causes a 5xx', async () => {
    const types = fc.constantFrom(FORM, JSON_TYPE, 'text/plain', 'application/json; charset=latin1')
    await fc.assert(
      fc.asyncProperty(hosts, paths, types, junk, async (host, path, type, body) => {
        const response = await world.fetch(`${host}/cdn-cgi/access/${path}`, {
          method: 'POST',
          headers: { 'content-type': type },
          body,
        })
        expect(response.status).toBeLessThan(500)
      }),
      { numRuns: 400 },
    )
  })
})
