import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isWebUri,
  parseRedirectUri,
  type RedirectUri,
  redirectWith,
} from '../../src/oauth/redirect-uri'
import { anyText, nearMisses, readByRfc3986 } from './arbitraries'

describe('A redirect URI', () => {
  it.each([
    ['http://localhost:8400/callback', 'what the documentation shows'],
    ['http://localhost/', 'no port'],
    ['http://localhost', 'no path'],
    ['http://127.0.0.1:33418', 'a port and no path'],
    ['http://[::1]:8400/callback', 'IPv6'],
    ['https://claude.ai/api/mcp/auth_callback', 'a hosted client'],
    ['https://dev.example.com:8082/oauth/callback', 'a port that is not the default'],
    ['https://x.example/cb?tenant=1&b=%2F..%2F', 'a query, which RFC 6749 3.1.2 keeps'],
    ['https://x.example/a%20b/%C3%A9', 'encoded octets'],
    ['https://x.example/a//b', 'an empty segment'],
    ['https://x.example/..a/b..', 'dots that are no dot segment'],
    ['https://xn--bcher-kva.example/cb', 'a host in punycode'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'a custom scheme with an authority'],
    ['com.example.app:/oauth/callback', 'a private-use scheme, RFC 8252 7.1'],
    ['com.example.app:callback', 'a custom scheme without a slash'],
  ])('may be %s: %s', (uri) => {
    expect(parseRedirectUri(uri).problem).toBeUndefined()
  })

  it.each(['http://localhost:80/cb', 'http://127.0.0.1:80/cb', 'https://x.example:443/cb'])(
    'may contain the default port of its scheme: %s [R8, R9, R11]',
    (uri) => {
      expect(parseRedirectUri(uri).problem).toBeUndefined()
    },
  )

  it.each([
    ['', 'empty'],
    ['/callback', 'a path'],
    ['//x.example/cb', 'no scheme'],
    ['localhost', 'a host'],
    ['http://', 'no host'],
    ['http://?x', 'no host'],
    ['http://localhost:99999', 'no such port'],
    ['http://localhost:-1/', 'no such port'],
    ['http://localhost:8400a/cb', 'a port that is no number'],
    ['http://[::1/cb', 'an open bracket'],
    ['http://256.1.1.1/cb', 'no such address'],
    ['http://1.2.3.4.5/cb', 'no such address'],
    ['http://local host/cb', 'a space in the host'],
    ['http://localhost\0/cb', 'NUL in the host'],
    ['http://exa%mple/cb', 'a percent sign in the host'],
    ['1http://x.example/cb', 'a scheme that begins with a digit'],
    ['ht tp://x.example/cb', 'a scheme with a space'],
  ])('is an absolute URI (RFC 6749 3.1.2), unlike %j: %s', (uri) => {
    expect(parseRedirectUri(uri).problem).toBe('is not an absolute URI')
  })

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript://x.example/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://x.example/1',
    'about:blank',
  ])('has no scheme that runs scripts or reads files in the browser: %j', (uri) => {
    expect(parseRedirectUri(uri).problem).toMatch(
      /^uses the forbidden scheme (javascript|data|vbscript|file|blob|about):$/,
    )
  })

  it.each([
    'https://x.example/cb#a',
    'https://x.example/cb#',
    'cursor://h/cb#a',
    'a:b#',
    'http://localhost#@x/',
  ])('has no fragment, not even an empty one (RFC 6749 3.1.2): %s', (uri) => {
    expect(parseRedirectUri(uri).problem).toBe('has a fragment')
  })

  it.each([
    'http://localhost@evil.example',
    'http://localhost:8400@evil.example/cb',
    'http://localhost%2F@evil.example/',
    'http://127.0.0.1:80@evil.example/',
    'http://user:secret@localhost/cb',
    'http://:secret@localhost/cb',
    'http://@localhost/cb',
    'http://:@localhost/cb',
    'http://evil.example\\@localhost/cb'.replace('\\', '%5C'),
    'cursor://user@anysphere.cursor-mcp/cb',
    'cursor://@anysphere.cursor-mcp/cb',
  ])('has no user information (RFC 3986 7.6): %s', (uri) => {
    expect(parseRedirectUri(uri).problem).toBe('has user information')
  })

  it.each([
    ['https://x.example/cb%2F..%2F', 'encoded slashes around a dot segment'],
    ['https://x.example/cb%2fother', 'an encoded slash in lower case'],
    ['https://x.example/cb%5C..%5Cother', 'encoded backslashes'],
    ['https://x.example/cb/a%2eb', 'an encoded dot'],
    ['https://x.example/cb%00', 'an encoded NUL'],
    ['cursor://h/cb/%2e%2e%2fother', 'the same under a custom scheme'],
  ])('encodes no slash, backslash, dot or NUL in its path: %s (%s)', (uri) => {
    expect(parseRedirectUri(uri).problem).toBe('has an encoded slash, dot or NUL in its path')
  })

  it.each([
    ['http://LOCALHOST:8400/cb', 'an upper-case host'],
    ['HTTP://localhost:8400/cb', 'an upper-case scheme'],
    ['https://X.example/cb', 'an upper-case host'],
    ['https://bücher.example/cb', 'a Unicode host'],
    ['http://ⓛocalhost/cb', 'a letter that is mapped to another'],
    ['http://lo\u00adcalhost/cb', 'a soft hyphen, which the host loses'],
    ['http://127。0。0。1/cb', 'ideographic full stops'],
    ['http://１２７.0.0.1/cb', 'full-width digits'],
    ['http://127.1/cb', 'a short address'],
    ['http://127.0.0.1./cb', 'an address with a trailing dot'],
    ['http://0177.0.0.1/cb', 'an octal address'],
    ['http://0x7f.0.0.1/cb', 'a hexadecimal address'],
    ['http://0x7f000001/cb', 'a hexadecimal number'],
    ['http://2130706433/cb', 'a decimal number'],
    ['http://[0:0:0:0:0:0:0:1]/cb', 'a long IPv6 address'],
    ['http://[::ffff:127.0.0.1]/cb', 'IPv4 in IPv6'],
    ['http://loc%61lhost/cb', 'an encoded letter in the host'],
    ['http://localhost:08400/cb', 'a port with a leading zero'],
    ['http://localhost:/cb', 'an empty port'],
    ['https://x.example/cb/../other', 'a dot segment'],
    ['https://x.example/cb/./', 'a dot segment'],
    ['https://x.example/cb/..', 'a dot segment at the end'],
    ['https://x.example/cb\\..\\other', 'backslashes'],
    ['https:\\\\x.example\\cb', 'backslashes for slashes'],
    ['https:/x.example/cb', 'one slash'],
    ['https:x.example/cb', 'no slash'],
    ['https:///x.example/cb', 'three slashes'],
    ['http://localhost\t:8400/cb', 'a tab'],
    ['http://local\nhost/cb', 'a newline'],
    ['https://x.example/c\r\nb', 'CR LF'],
    [' https://x.example/cb', 'a space before'],
    ['https://x.example/cb ', 'a space after'],
    ['https://x.example/c b', 'a space within'],
    ['https://x.example/é', 'a character that is not ASCII'],
    ['https://x.example/\ud800', 'half a surrogate pair'],
    ['https://x.example?x=1', 'a query on no path'],
    ['cursor://h/cb/../other', 'a dot segment under a custom scheme'],
  ])('is normalised as a URL parser does, unlike %j: %s', (uri) => {
    expect(parseRedirectUri(uri).problem).toMatch(/^(is not in normal form|has an encoded )/)
  })

  it.each([
    'com.example.app:call back',
    'com.example.app:a"b',
    'com.example.app:<b>',
    'cursor://h/a\\b',
    'https://x.example/cb?a=\\b',
    'https://x.example/cb?{a}',
  ])('has only characters of a URI, even if a URL parser keeps others: %j (RFC 3986 2)', (uri) => {
    expect(parseRedirectUri(uri).problem).toBeDefined()
  })

  it('is at most 2048 characters long', () => {
    const uri = 'https://x.example/'.padEnd(2048, 'a')
    expect(parseRedirectUri(uri).problem).toBeUndefined()
    expect(parseRedirectUri(`${uri}a`).problem).toBe('is longer than 2048 characters')
  })

  it('means the same to a reader of RFC 3986 and to a URL parser', () => {
    let accepted = 0
    const uris = nearMisses(
      'http://localhost:8400/callback',
      'http://127.0.0.1:8400/callback',
      'https://x.example/cb/a',
      'https://x.example/cb?a=b',
      'http://[::1]:3000/cb',
    )
    fc.assert(
      fc.property(uris, (uri) => {
        if (parseRedirectUri(uri).problem) return
        accepted++
        const url = new URL(uri)
        if (url.protocol !== 'http:' && url.protocol !== 'https:') return
        const { scheme, authority, path } = readByRfc3986(uri)
        expect(`${scheme}:`).toBe(url.protocol)
        expect(authoritiesOf(url)).toContain(authority)
        expect(path || '/').toBe(url.pathname)
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(200)
  })

  it('has no dot segment, backslash or NUL in its path after a server has decoded it', () => {
    const uris = nearMisses('https://x.example/cb/a/b', 'http://localhost:8400/a/b/c')
    fc.assert(
      fc.property(uris, (uri) => {
        if (parseRedirectUri(uri).problem) return
        const { pathname, protocol } = new URL(uri)
        if (protocol !== 'http:' && protocol !== 'https:') return
        const decoded = pathname.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        )
        expect(decoded).not.toMatch(/[\\\0]|(^|\/)\.\.?(\/|$)/)
      }),
      { numRuns: 3000 },
    )
  })
})

// The port of the scheme may be spelt out; a URL parser drops it.
function authoritiesOf({ host, port, protocol }: URL): string[] {
  return port ? [host] : [host, `${host}:${protocol === 'https:' ? 443 : 80}`]
}

describe('A URI of client metadata (client_uri, logo_uri, ...)', () => {
  it.each([
    'https://client.example',
    'http://localhost:3000/logo.png?x#y',
    'http://[::1]:3000/logo.png',
    'https://[2001:db8::1]/logo.png',
  ])('may be http or https: %s', (uri) => {
    expect(isWebUri(uri)).toBe(true)
  })

  it.each([
    ['javascript:alert(1)', 'runs in the browser'],
    ['JAVASCRIPT:alert(1)', 'runs in the browser'],
    ['java\tscript:alert(1)', 'runs in the browser'],
    ['data:text/html,x', 'is a page of its own'],
    ['file:///etc/passwd', 'reads a file'],
    ['cursor://h/cb', 'is no web page'],
    ['client.example', 'is not absolute'],
    ['', 'is empty'],
    ['https://user@client.example', 'has a user'],
    ['https://user:secret@client.example', 'has a user and a password'],
    ['https://:secret@client.example', 'has a password'],
    ['https://a;form-action', 'has a host that ends a directive of a policy'],
    ['https://a,b', 'has a host that ends a policy'],
  ])('is refused: %j %s', (uri) => {
    expect(isWebUri(uri)).toBe(false)
  })
})

describe('The response to a redirect URI', () => {
  it.each([
    ['http://localhost:8400/cb', 'http://localhost:8400/cb?code=a&state=b'],
    ['http://localhost:8400', 'http://localhost:8400?code=a&state=b'],
    ['https://x.example/cb?t=1', 'https://x.example/cb?t=1&code=a&state=b'],
    ['cursor://h/cb', 'cursor://h/cb?code=a&state=b'],
    ['com.example.app:/cb', 'com.example.app:/cb?code=a&state=b'],
  ])(
    'is put into the query of %s, and nothing else changes (RFC 6749 3.1.2, 4.1.2)',
    (uri, answer) => {
      expect(redirectWith(parsed(uri), { code: 'a', state: 'b' })).toBe(answer)
    },
  )

  it.each([
    ['https://x.example/cb?code=1&state=2&error=3&error_description=4&iss=5', ''],
    ['https://x.example/cb?t=1&code=1&u=%2F', 't=1&u=%2F&'],
    ['https://x.example/cb?%63ode=1&c%6fde&t', 't&'],
    ['https://x.example/cb?code', ''],
    ['https://x.example/cb?', ''],
    ['https://x.example/cb?a=1&&b=2', 'a=1&b=2&'],
    ['https://x.example/cb??code=0&codes=1&a=?code=3', '?code=0&codes=1&a=?code=3&'],
  ])(
    'contains each of its parameters once, whatever %s contains (RFC 6749 3.1, 4.1.2)',
    (uri, kept) => {
      const base = 'https://x.example/cb'
      expect(redirectWith(parsed(uri), { code: 'a', state: 'b' })).toBe(
        `${base}?${kept}code=a&state=b`,
      )
      expect(redirectWith(parsed(uri), { error: 'c' })).toBe(`${base}?${kept}error=c`)
    },
  )

  it('has no state if the request had none (RFC 6749 4.1.2)', () => {
    expect(redirectWith(parsed('https://x.example/cb'), { code: 'a', state: undefined })).toBe(
      'https://x.example/cb?code=a',
    )
  })

  it('is form-encoded, spaces as + [A1]', () => {
    const error = { error: 'invalid_target', error_description: 'No resource parameter found' }
    expect(redirectWith(parsed('https://x.example/cb'), error)).toBe(
      'https://x.example/cb?error=invalid_target&error_description=No+resource+parameter+found',
    )
  })

  it('returns every state unchanged', () => {
    fc.assert(
      fc.property(anyText, (state) => {
        const url = new URL(redirectWith(parsed('https://x.example/cb?t=1'), { code: 'a', state }))
        expect([...url.searchParams]).toEqual([
          ['t', '1'],
          ['code', 'a'],
          ['state', state],
        ])
      }),
    )
  })
})

function parsed(text: string): RedirectUri {
  const uri = parseRedirectUri(text)
  if (uri.problem !== undefined) throw new Error(`${text} ${uri.problem}`)
  return uri
}
