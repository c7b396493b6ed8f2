import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/oauth/errors'
import { anyText } from './arbitraries'

describe('An OAuth error', () => {
  it('is a 400 without additional headers by default (RFC 6749 5.2)', () => {
    expect(new OAuthError('invalid_grant', 'x')).toMatchObject({ status: 400, headers: {} })
    const details = { status: 401, headers: { 'WWW-Authenticate': 'Basic' } }
    expect(new OAuthError('invalid_client', 'x', details)).toMatchObject(details)
  })

  it('is an Error that a log can show', () => {
    const error = new OAuthError('invalid_grant', 'the code is wrong')
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).toBe('OAuthError: invalid_grant: the code is wrong')
  })

  it.each([
    ['plain words', 'plain words'],
    ['(it) costs 5%: ~ !', '(it) costs 5%: ~ !'],
    ['the member "a"', "the member 'a'"],
    ['a\\b', 'a?b'],
    ['a\r\nSet-Cookie: x', 'a??Set-Cookie: x'],
    ['a\0b\tc\x7fd', 'a?b?c?d'],
    ['bücher', 'b?cher'],
  ])('describes itself in the characters of RFC 6749 5.2: %j', (text, description) => {
    expect(new OAuthError('invalid_request', text).description).toBe(description)
  })

  it('describes itself in those characters, whatever the text (RFC 6749 5.2)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { description } = new OAuthError('invalid_request', text)
        expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
      }),
    )
  })

  it('describes itself in at most 500 characters', () => {
    expect(new OAuthError('invalid_request', 'x'.repeat(501)).description).toBe('x'.repeat(500))
  })
})
