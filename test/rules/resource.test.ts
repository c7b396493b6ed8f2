import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/oauth/errors'
import { parseResource } from '../../src/oauth/resource'
import { nearMisses } from './arbitraries'

describe('A resource (RFC 8707 2)', () => {
  it.each([
    ['https://app.example', 'https://app.example/', 'the origin [A7, T5]'],
    ['https://app.example/', 'https://app.example/', 'the origin and a slash [A7]'],
    ['https://app.example/mcp', 'https://app.example/mcp', 'a path [A7]'],
    ['https://app.example/mcp/', 'https://app.example/mcp/', 'a path and a slash'],
    ['http://localhost:8788', 'http://localhost:8788/', 'http with a port'],
    ['https://app.example:443', 'https://app.example/', 'the port that https has anyway'],
    ['https://APP.example/MCP', 'https://app.example/MCP', 'an upper-case host'],
    ['https://app.example/?a=b', 'https://app.example/?a=b', 'a query, which it should not have'],
  ])('%s is normalised to %s: %s', (text, href) => {
    expect(parseResource(text).href).toBe(href)
  })

  it.each([
    ['', 'absolute http or https URI'],
    ['app.example', 'absolute http or https URI'],
    ['/mcp', 'absolute http or https URI'],
    ['//app.example/mcp', 'absolute http or https URI'],
    ['https://', 'absolute http or https URI'],
    ['https://app.example:99999', 'absolute http or https URI'],
    ['urn:example:app', 'absolute http or https URI'],
    ['ftp://app.example', 'absolute http or https URI'],
    ['javascript:alert(1)', 'absolute http or https URI'],
    ['https://app.example/#mcp', 'must not have a fragment'],
    ['https://app.example/#', 'must not have a fragment'],
    ['https://app.example#', 'must not have a fragment'],
    ['https://user@app.example', 'must not have user information'],
    ['https://user:secret@app.example', 'must not have user information'],
    ['https://:secret@app.example', 'must not have user information'],
    ['https://app.example@evil.example', 'must not have user information'],
    ['https://@app.example', 'must not have user information'],
    [' https://app.example', 'not a URI of RFC 3986'],
    ['https://app.example/\n', 'not a URI of RFC 3986'],
    ['https:\\\\app.example', 'not a URI of RFC 3986'],
    ['https:app.example', 'not a URI of RFC 3986'],
    ['https:///app.example', 'not a URI of RFC 3986'],
    ['https://app.example/ü', 'not a URI of RFC 3986'],
  ])('is not %j: it %s', (text, description) => {
    expect(() => parseResource(text)).toThrow(
      expect.objectContaining({
        code: 'invalid_target',
        status: 400,
        description: expect.stringContaining(description),
      }),
    )
  })

  it('is an http or https URL without fragment and user, or invalid_target, whatever the text', () => {
    const texts = nearMisses('https://app.example/mcp', 'http://localhost:8788/')
    fc.assert(
      fc.property(texts, (text) => {
        const { protocol, hash, username, password } = parse(text) ?? new URL('http://x')
        expect(['http:', 'https:']).toContain(protocol)
        expect(hash + username + password).toBe('')
      }),
      { numRuns: 1000 },
    )
  })
})

function parse(text: string): URL | undefined {
  try {
    return parseResource(text)
  } catch (error) {
    expect(error).toBeInstanceOf(OAuthError)
    expect(error).toMatchObject({ code: 'invalid_target' })
    return undefined
  }
}
