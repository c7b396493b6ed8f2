import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLIENT_AUTH_METHODS, clientCredentials, invalidClient } from '../../src/oauth/client-auth'
import { Parameters } from '../../src/oauth/parameters'
import { anyText, anyTextButNone } from './arbitraries'

const body = (text = '') => new Parameters(new URLSearchParams(text))
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
const basic = (id: string, secret: string) =>
  `Basic ${btoa(`${formEncoded(id)}:${formEncoded(secret)}`)}`

describe('A client authenticates', () => {
  it('by the methods that the metadata advertises [M14]', () => {
    expect(CLIENT_AUTH_METHODS).toEqual(['client_secret_basic', 'client_secret_post', 'none'])
  })

  it.each<[string | undefined, string, object, string]>([
    [undefined, 'client_id=a', { method: 'none', clientId: 'a' }, 'public: RFC 6749 3.2.1'],
    [
      undefined,
      'client_id=a&client_secret=s',
      { method: 'client_secret_post', clientId: 'a', secret: 's' },
      'in the body: RFC 6749 2.3.1',
    ],
    [
      basic('a', 's'),
      '',
      { method: 'client_secret_basic', clientId: 'a', secret: 's' },
      'in the header: RFC 6749 2.3.1',
    ],
    [
      basic('a', 's').replace('Basic', 'bASIC '),
      '',
      { method: 'client_secret_basic', clientId: 'a', secret: 's' },
      'the scheme in any case, more spaces: RFC 9110 11.1',
    ],
    [
      basic('a', 's'),
      'client_id=a',
      { method: 'client_secret_basic', clientId: 'a', secret: 's' },
      'in the header, and the same client_id in the body',
    ],
    [
      basic('a', 's'),
      'client_id=&client_secret=',
      { method: 'client_secret_basic', clientId: 'a', secret: 's' },
      'empty parameters count as omitted: RFC 6749 3.2',
    ],
    [
      undefined,
      'client_id=a&client_secret=',
      { method: 'none', clientId: 'a' },
      'an empty secret counts as omitted: RFC 6749 3.2',
    ],
    [
      `Basic ${btoa('a:s:t')}`,
      '',
      { method: 'client_secret_basic', clientId: 'a', secret: 's:t' },
      'the first colon ends the id: RFC 7617 2',
    ],
    [
      `Basic ${btoa('a:')}`,
      '',
      { method: 'client_secret_basic', clientId: 'a', secret: '' },
      'an empty secret in the header is a wrong secret',
    ],
  ])('%s %s gives %j (%s)', (authorization, parameters, credentials) => {
    expect(clientCredentials(authorization, body(parameters))).toEqual(credentials)
  })

  it.each([
    ['a:b', 's', 'a colon'],
    ['a b', 's t', 'a space'],
    ['a+b', 's+t', 'a plus sign'],
    ['a%20b', 's%', 'a percent sign'],
    ['ä', '€', 'characters that are not ASCII'],
  ])('with both halves form-encoded: %s and %s have %s (RFC 6749 2.3.1)', (id, secret) => {
    expect(clientCredentials(basic(id, secret), body())).toMatchObject({ clientId: id, secret })
  })

  it('with any id and secret, to the letter (RFC 6749 2.3.1)', () => {
    const text = anyText
    fc.assert(
      fc.property(anyTextButNone, text, (clientId, secret) => {
        const credentials = { clientId, secret, method: 'client_secret_basic' }
        expect(clientCredentials(basic(clientId, secret), body())).toEqual(credentials)
      }),
    )
  })
})

describe('Two ways at once', () => {
  it.each([
    ['client_secret=s', 'client_secret', 'the same secret again'],
    ['client_id=a&client_secret=s', 'client_secret', 'the same client and secret again'],
    ['client_secret=t', 'client_secret', 'another secret'],
    ['client_id=b', 'client_id', 'another client'],
  ])('are invalid_request that names the parameter: header and %s (RFC 6749 2.3)', (text, name) => {
    expect(() => clientCredentials(basic('a', 's'), body(text))).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        status: 400,
        description: expect.stringContaining(name),
      }),
    )
  })

  it.each(['client_id=a&client_id=a', 'client_id=a&client_secret=s&client_secret=s'])(
    'are also a parameter given twice: %s (RFC 6749 3.2)',
    (text) => {
      expect(() => clientCredentials(undefined, body(text))).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      )
    },
  )
})

describe('invalid_client', () => {
  it.each<[string | undefined, string, string]>([
    [undefined, '', 'no client is named'],
    [undefined, 'client_id=', 'no client is named'],
    [undefined, 'client_secret=s', 'a secret without a client'],
    ['', 'client_id=a', 'an empty header'],
    ['Bearer abc', 'client_id=a', 'another scheme'],
    [`X${basic('a', 's')}`, '', 'a scheme that ends in Basic'],
    ['Basic', 'client_id=a', 'no credentials'],
    ['Basic ', 'client_id=a', 'no credentials'],
    ['Basic !!!', 'client_id=a', 'no Base64'],
    ['Basic YTpz YTpz', 'client_id=a', 'two credentials'],
    [`Basic ${btoa('abc')}`, '', 'no colon'],
    [`Basic ${btoa(':s')}`, '', 'no id'],
    [`Basic ${btoa('%zz:s')}`, '', 'a broken escape in the id'],
    [`Basic ${btoa('a:%')}`, '', 'a broken escape in the secret'],
    [`Basic ${btoa('%ff:s')}`, '', 'an escape that is not UTF-8'],
    [`Basic ${btoa('\xff:s')}`, '', 'bytes that are not UTF-8'],
  ])('responds to %j with the body %j: %s', (authorization, text) => {
    expect(() => clientCredentials(authorization, body(text))).toThrow(
      expect.objectContaining({ code: 'invalid_client' }),
    )
  })

  it('names the scheme that it expects', () => {
    expect(() => clientCredentials('Bearer abc', body())).toThrow(
      expect.objectContaining({
        description: 'the Authorization header must have the scheme Basic',
      }),
    )
  })

  it('is a 401 with a Basic challenge (RFC 6749 5.2)', () => {
    expect(invalidClient('client_secret is wrong')).toMatchObject({
      code: 'invalid_client',
      description: 'client_secret is wrong',
      status: 401,
      headers: { 'WWW-Authenticate': expect.stringMatching(/^Basic realm="/) },
    })
  })
})
