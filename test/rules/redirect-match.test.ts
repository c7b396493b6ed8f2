import { describe, expect, it } from 'vitest'
import { matchingRedirectUri } from '../../src/account/oauth/redirect-match'

describe('A requested redirect URI [C14]', () => {
  it.each([
    ['https://app.example/cb', 'https://app.example/cb', 'is the registered one'],
    ['http://127.0.0.1:1234/cb', 'http://127.0.0.1:8976/cb', 'any port on loopback (RFC 8252 7.3)'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8976/cb', 'no port is a port too'],
    ['http://127.0.0.1:80/cb', 'http://127.0.0.1/cb', 'the default port is a port (RFC 8252 7.3)'],
    ['http://[::1]:80', 'http://[::1]:8976', 'the default port without a path'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80/cb', 'and may be left out'],
    ['http://127.0.0.1:1/cb?a=b', 'http://127.0.0.1:2/cb?a=b', 'the query is the same'],
    ['http://[::1]:1234/cb', 'http://[::1]:8976/cb', 'IPv6'],
    ['com.example.app:/cb', 'com.example.app:/cb', 'text is compared, whatever the scheme'],
  ])('%s matches %s: %s', (requested, registered) => {
    expect(matchingRedirectUri(requested, ['https://x.example/', registered])?.text).toBe(requested)
  })

  it.each([
    ['https://app.example/cb/', 'https://app.example/cb', 'another path'],
    ['https://app.example/cb?a', 'https://app.example/cb', 'another query'],
    ['https://app.example:443/cb', 'https://app.example/cb', 'text is compared'],
    ['http://localhost:1/cb', 'http://localhost:2/cb', 'localhost is no IP literal'],
    ['http://127.0.0.1:1/cb', 'http://localhost:1/cb', 'another host'],
    ['http://127.0.0.2:1/cb', 'http://127.0.0.1:1/cb', 'another address'],
    ['https://127.0.0.1:1/cb', 'https://127.0.0.1:2/cb', 'loopback is for http'],
    ['http://127.0.0.1:1/cb#x', 'http://127.0.0.1:2/cb', 'a fragment'],
    ['http://a@127.0.0.1:1/cb', 'http://127.0.0.1:2/cb', 'user information'],
    ['http://127.1:1/cb', 'http://127.0.0.1:2/cb', 'not written as a URL parser writes it'],
    ['http://127.0.0.1:1/x/../cb', 'http://127.0.0.1:2/cb', 'a path that is another after parsing'],
    ['', 'https://app.example/cb', 'an empty text'],
  ])('%s does not match %s: %s', (requested, registered) => {
    expect(matchingRedirectUri(requested, [registered])).toBeUndefined()
  })

  it('may be omitted if only one is registered', () => {
    const uri = 'https://app.example/cb'
    expect(matchingRedirectUri(undefined, [uri])?.text).toBe(uri)
    expect(matchingRedirectUri(undefined, [uri, 'https://x.example/'])).toBeUndefined()
    expect(matchingRedirectUri(undefined, [])).toBeUndefined()
  })
})
