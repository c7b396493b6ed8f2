import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bearerToken, challenge } from '../../src/oauth/bearer'

describe('Authorization: Bearer (RFC 6750 2.1)', () => {
  it.each([
    ['Bearer oauth:abc', 'oauth:abc', 'as written in the RFC'],
    ['bearer oauth:abc', 'oauth:abc', 'in lower case (RFC 9110 11.1)'],
    ['BEARER oauth:abc', 'oauth:abc', 'in upper case (RFC 9110 11.1)'],
    ['Bearer  oauth:abc', 'oauth:abc', 'with two spaces (RFC 9110 11.4)'],
    ['Bearer oauth:abc ', 'oauth:abc', 'with a space after it'],
    ['Bearer a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g==', 'with every character of b64token'],
  ])('%j contains the token %s: %s', (authorization, token) => {
    expect(bearerToken(authorization)).toBe(token)
  })

  it.each<[string | null | undefined, string]>([
    [undefined, 'no header'],
    [null, 'no header'],
    ['', 'an empty header'],
    ['Bearer', 'no token'],
    ['Bearer ', 'no token'],
    ['Beareroauth:abc', 'no space'],
    ['Bearer\toauth:abc', 'a tab for the space'],
    ['Bearer a b', 'two tokens'],
    ['Bearer a, Basic b', 'two credentials'],
    ['Basic b2F1dGg6YWJj', 'another scheme'],
    ['Bearers oauth:abc', 'another scheme'],
    ['oauth:abc', 'no scheme'],
    [' Bearer oauth:abc', 'a space before the scheme'],
    ['Basic Bearer abc', 'another scheme first'],
  ])('is not in %j: %s', (authorization) => {
    expect(bearerToken(authorization)).toBeUndefined()
  })
})

describe('A challenge (RFC 9110 11.6.1)', () => {
  it('has its parameters as quoted strings, in their order [U2]', () => {
    const parameters = { realm: 'OAuth', error: 'invalid_token', resource_metadata: 'https://h/p' }
    expect(challenge('Bearer', parameters)).toBe(
      'Bearer realm="OAuth", error="invalid_token", resource_metadata="https://h/p"',
    )
  })

  it.each([
    ['a"b', 'a\\"b'],
    ['a\\b', 'a\\\\b'],
    ['", error="x', '\\", error=\\"x'],
    ['\\", error="x', '\\\\\\", error=\\"x'],
  ])('escapes quotes and backslashes, so that no value can end early: %s', (value, quoted) => {
    expect(challenge('Bearer', { realm: value })).toBe(`Bearer realm="${quoted}"`)
  })

  it('is read unchanged by a parser of RFC 9110 5.6.4', () => {
    const values = fc.dictionary(fc.stringMatching(/^[a-z_]{1,10}$/), fc.string(), { minKeys: 1 })
    fc.assert(
      fc.property(values, (parameters) => {
        const header = challenge('Bearer', parameters)
        const pairs = header
          .slice('Bearer '.length)
          .matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:, |$)/gy)
        const read = [...pairs].map(([, name, quoted]) => [name, quoted?.replace(/\\(.)/g, '$1')])
        expect(Object.fromEntries(read)).toEqual({ ...parameters })
      }),
    )
  })
})
