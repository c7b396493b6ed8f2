import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/oauth/errors'
import {
  BODY_LIMIT_BYTES,
  bodyText,
  formParameters,
  PARAMETER_LIMIT,
  Parameters,
} from '../../src/oauth/parameters'
import { anyText } from './arbitraries'

const FORM = 'application/x-www-form-urlencoded'
const parameters = (query: string) => new Parameters(new URLSearchParams(query))
const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer
const invalidRequest = (description: string) =>
  expect.objectContaining({ code: 'invalid_request', status: 400, description })

describe('A parameter', () => {
  it('is form-decoded', () => {
    expect(parameters('state=a+b%20c%2B%C3%A9').get('state')).toBe('a b c+é')
  })

  it.each(['', 'state=', 'state', 'other=1'])(
    'without a value counts as omitted: %j (RFC 6749 3.1)',
    (query) => {
      const read = parameters(query)
      expect(read.has('state')).toBe(false)
      expect(read.get('state')).toBeUndefined()
      expect(() => read.require('state')).toThrow(invalidRequest('state is missing'))
    },
  )

  it.each([
    ['state=a&state=b', 'is given more than once', 'two values'],
    ['state=a&state=a', 'is given more than once', 'the same value twice'],
    ['state=a&state=', 'is given more than once', 'a value and none'],
    ['state=&state=a', 'is given more than once', 'none and a value'],
    ['state=&state=', 'is given more than once', 'twice none'],
    ['state=a&state=b&state=c', 'is given more than once', 'three values'],
    ['state=a%00b', 'contains control characters', 'NUL'],
    ['state=%00', 'contains control characters', 'nothing but NUL'],
    ['state=a%0Ab', 'contains control characters', 'a newline'],
    ['state=a%0d%0aSet-Cookie:x', 'contains control characters', 'CR LF'],
    ['state=a%09b', 'contains control characters', 'a tab'],
    ['state=a%1bb', 'contains control characters', 'escape'],
    ['state=a%7Fb', 'contains control characters', 'DEL'],
    ['state=a%C2%85b', 'contains control characters', 'a control character beyond ASCII'],
    ['state=%ff', 'is not valid UTF-8', 'a byte that is none'],
    ['state=%C3', 'is not valid UTF-8', 'half a character'],
    ['state=%ED%A0%80', 'is not valid UTF-8', 'half a surrogate pair'],
    ['state=%C0%AF', 'is not valid UTF-8', 'an overlong slash'],
  ])('is refused with its name: %s %s (%s)', (query, fault) => {
    expect(() => parameters(query).get('state')).toThrow(invalidRequest(`state ${fault}`))
    expect(() => parameters(query).require('state')).toThrow(invalidRequest(`state ${fault}`))
    expect(() => parameters(query).rejectUnusable()).toThrow(invalidRequest(`state ${fault}`))
  })

  it(`is at most ${PARAMETER_LIMIT} characters long`, () => {
    const longest = 'a'.repeat(PARAMETER_LIMIT)
    expect(parameters(`state=${longest}`).get('state')).toBe(longest)
    expect(() => parameters(`state=${longest}a`).get('state')).toThrow(
      invalidRequest(`state is longer than ${PARAMETER_LIMIT} characters`),
    )
  })

  it('may be unknown and invalid without affecting the others', () => {
    const read = parameters('client_id=a&future=1&future=2')
    expect(read.get('client_id')).toBe('a')
    expect(() => read.rejectUnusable()).toThrow(invalidRequest('future is given more than once'))
  })

  it.each(['state=a&state=b', 'state=%00', 'state=%ff'])(
    'is present even if it is invalid: %s',
    (query) => {
      expect(parameters(query).has('state')).toBe(true)
    },
  )

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'is missing even if every object has a member of that name: %s',
    (name) => {
      expect(parameters('a=b').has(name)).toBe(false)
      expect(parameters('a=b').get(name)).toBeUndefined()
    },
  )

  it('with a long name has a short description', () => {
    const name = 'n'.repeat(5000)
    expect(() => parameters(`${name}=1&${name}=2`).rejectUnusable()).toThrow(
      invalidRequest(`${'n'.repeat(100)} is given more than once`),
    )
  })

  it('is one valid value, undefined, or invalid_request, whatever was sent', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const value = fc.oneof(
      anyText,
      fc.string(),
      fc.constantFrom('', '\0', '\ufffd', 'a'.repeat(PARAMETER_LIMIT + 1)),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), (pairs) => {
        const read = new Parameters(new URLSearchParams(pairs))
        for (const name of ['a', 'b', 'c']) {
          const sent = pairs.filter(([each]) => each === name).map(([, each]) => each)
          const [only = ''] = sent
          const isUsable =
            sent.length < 2 && only.length <= PARAMETER_LIMIT && [...only].every(isText)
          if (isUsable) expect(read.get(name)).toBe(only || undefined)
          else expect(() => read.get(name)).toThrow(OAuthError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

function isText(character: string): boolean {
  return character >= ' ' && !(character >= '\x7f' && character <= '\x9f') && character !== '\ufffd'
}

describe('A form', () => {
  it.each([
    FORM,
    `${FORM};charset=UTF-8`,
    `${FORM} ; charset=utf-8`,
    'Application/X-WWW-Form-URLEncoded',
  ])('is accepted with parameters of its Content-Type: %s', (contentType) => {
    expect(formParameters(contentType, bytes('a=b')).get('a')).toBe('b')
  })

  it.each([
    undefined,
    '',
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    `text/plain; ${FORM}`,
    `${FORM}x`,
    'application/x-www-form-urlencoded, application/json',
  ])('is refused with another Content-Type: %s', (contentType) => {
    expect(() => formParameters(contentType, bytes('a=b'))).toThrow(
      invalidRequest(`Content-Type must be ${FORM}`),
    )
  })

  it('is refused with invalid_target if it names two resources, with the rule (RFC 8707 2)', () => {
    expect(() => formParameters(FORM, bytes('resource=https://a&resource=https://b'))).toThrow(
      expect.objectContaining({
        code: 'invalid_target',
        description: 'resource is given more than once',
        hint: expect.objectContaining({ rule: 'RFC 8707 2' }),
      }),
    )
  })

  it('is refused with invalid_request if its one resource is unusable', () => {
    expect(() => formParameters(FORM, bytes('resource=a%00b'))).toThrow(
      invalidRequest('resource contains control characters'),
    )
  })

  it('may be empty, and then has no parameters', () => {
    expect(formParameters(FORM, bytes('')).get('a')).toBeUndefined()
  })

  it.each([
    ['a=1&resources=2&resources=3', 'resources is given more than once', 'no resource'],
    ['a=1&b=2&b=3', 'b is given more than once', 'RFC 6749 3.2'],
    ['a=1&unknown=2&unknown=3', 'unknown is given more than once', 'RFC 6749 3.2'],
    ['a=1&b=%00', 'b contains control characters', 'RFC 6749 appendix A'],
    ['a=1&b=%ff', 'b is not valid UTF-8', 'RFC 6749 appendix B'],
  ])('is refused as a whole for one parameter: %s %s (%s)', (text, description) => {
    expect(() => formParameters(FORM, bytes(text))).toThrow(invalidRequest(description))
  })

  it.each([[[0xff, 0xfe]], [[0x61, 0x3d, 0xc3]], [[0xed, 0xa0, 0x80]]])(
    'is UTF-8, unlike the bytes %j',
    (octets) => {
      const body = Uint8Array.from(octets).buffer
      expect(() => formParameters(FORM, body)).toThrow(
        invalidRequest('the body is not valid UTF-8'),
      )
      expect(() => bodyText(body)).toThrow(invalidRequest('the body is not valid UTF-8'))
    },
  )

  it('is parsed or refused as invalid_request, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        try {
          expect(formParameters(FORM, octets.slice().buffer)).toBeInstanceOf(Parameters)
        } catch (error) {
          expect(error).toMatchObject({ name: 'OAuthError', code: 'invalid_request' })
        }
      }),
    )
  })

  it('has room for several of the longest parameters', () => {
    expect(BODY_LIMIT_BYTES).toBeGreaterThanOrEqual(4 * PARAMETER_LIMIT)
  })
})
