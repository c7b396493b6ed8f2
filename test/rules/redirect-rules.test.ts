import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DynamicClientRegistration,
  dynamicClientRegistrationSchema,
  redirectRuleProblem,
} from '../../src/access/redirect-rule-schema'
import { evaluateRedirectRules } from '../../src/access/redirect-rules'
import { parseRedirectUri } from '../../src/oauth/redirect-uri'
import { nearMisses } from './arbitraries'

const LOCALHOST = { allow_any_on_localhost: true }
const LOOPBACK = { allow_any_on_loopback: true }
const listed = (...allowed_uris: string[]) => ({ allowed_uris })

// Both toggles are off unless a test names them.
const OFF = { allow_any_on_localhost: false, allow_any_on_loopback: false }

function match(rules: object, redirectUri: string): string | undefined {
  return ruleFor(dynamicClientRegistrationSchema.parse({ ...OFF, ...rules }), redirectUri)
}

function ruleFor(rules: DynamicClientRegistration, redirectUri: string): string | undefined {
  const verdict = evaluateRedirectRules(rules, parseRedirectUri(redirectUri))
  return verdict.refusal ? undefined : verdict.rule
}

describe('allow_any_on_localhost', () => {
  it.each([
    ['http://localhost:8400/callback', 'the example of the documentation'],
    ['http://localhost/', 'no port'],
    ['http://localhost', 'no path'],
    ['http://localhost:1/', 'the first port'],
    ['http://localhost:65535/a/b/c', 'the last port, a deep path'],
    ['http://localhost:80/callback', 'the port that http has anyway'],
    ['http://localhost:3000/cb?tenant=1', 'a query'],
    ['http://localhost:3000//cb', 'an empty segment'],
    ['https://localhost:3000/cb', 'https, assumed from "any"'],
  ])('allows any port and path on localhost: %s (%s) [R8]', (uri) => {
    expect(match(LOCALHOST, uri)).toBe('allow_any_on_localhost')
  })

  it.each([
    ['http://127.0.0.1:8400/callback', 'is loopback, which has a toggle of its own'],
    ['http://[::1]:8400/callback', 'is neither, as far as documented'],
    ['ws://localhost:8400/callback', 'is not http'],
    ['localhost://localhost/callback', 'is not http'],
    ['http://localhost.evil.example', 'has another host'],
    ['http://localhost.evil.example:8400/callback', 'has another host'],
    ['http://evil.example/localhost', 'has another host'],
    ['http://evil.example/?http://localhost/', 'has another host'],
    ['http://notlocalhost/cb', 'has another host'],
    ['http://app.localhost/cb', 'has another host'],
    ['http://localhost./cb', 'has a trailing dot'],
    ['http://localhost@evil.example', 'has user information'],
    ['http://evil.example@localhost/cb', 'has user information'],
    ['http://localhost:8400@evil.example/', 'has user information'],
    ['http://localhost\\@evil.example/', 'has a backslash'],
    ['http://evil.example\\@localhost/', 'has a backslash'],
    ['http://localhost%00.evil.example/', 'has an encoded NUL in its host'],
    ['http://localhost%2eevil.example/', 'has an encoded dot in its host'],
    ['http://LOCALHOST:8400/callback', 'is in upper case'],
    ['http://Localhost:8400/callback', 'is in mixed case'],
    ['http://lоcalhost/cb', 'has a Cyrillic letter'],
    ['http://xn--lcalhost-kqf/cb', 'has a Cyrillic letter in punycode'],
    ['http://localhost:99999/cb', 'has no such port'],
    ['http://localhost\t/cb', 'has a tab'],
    ['http://localhost\n.evil.example/cb', 'has a newline'],
    ['http://localhost/cb#fragment', 'has a fragment'],
    ['javascript:location="http://localhost/"', 'runs in the browser'],
    ['data:text/html,http://localhost/', 'is a page of its own'],
  ])('does not allow %j, which %s [R8]', (uri) => {
    expect(match(LOCALHOST, uri)).toBeUndefined()
  })

  it('allows only what a URL parser reads as http or https on localhost [R8]', () => {
    const uris = nearMisses(
      'http://localhost:8400/callback',
      'http://localhost/',
      'https://localhost/cb',
      'http://127.0.0.1:8400/callback',
      'http://localhost.evil.example/cb',
      'http://localhost@evil.example/cb',
      'http://notlocalhost/cb',
      'http://app.localhost/cb',
    )
    forAllThatPass(LOCALHOST, uris, ({ protocol, hostname }) => {
      expect(protocol).toMatch(/^https?:$/)
      expect(hostname).toBe('localhost')
    })
  })
})

describe('allow_any_on_loopback', () => {
  it.each([
    ['http://127.0.0.1:8400/callback', 'a random port'],
    ['http://127.0.0.1/', 'no port'],
    ['http://127.0.0.1', 'no path'],
    ['http://127.0.0.1:80/callback', 'the port that http has anyway'],
    ['http://127.0.0.1:65535/a/b/c?d=e', 'the last port, a deep path, a query'],
    ['https://127.0.0.1:3000/cb', 'https, assumed from "any"'],
  ])('allows any port and path on 127.0.0.1: %s (%s) [R9]', (uri) => {
    expect(match(LOOPBACK, uri)).toBe('allow_any_on_loopback')
  })

  it.each([
    ['http://localhost:8400/callback', 'is localhost, which has a toggle of its own'],
    ['http://[::1]:8400/callback', 'is neither, as far as documented'],
    ['http://[::ffff:127.0.0.1]/cb', 'is IPv6'],
    ['http://[::ffff:7f00:1]/cb', 'is IPv6'],
    ['http://127.0.0.2/cb', 'is another address of this machine'],
    ['http://127.0.0.1.evil.example', 'has another host'],
    ['http://127.0.0.1.evil.example:8400/cb', 'has another host'],
    ['http://evil.example/127.0.0.1', 'has another host'],
    ['http://127.0.0.1@evil.example', 'has user information'],
    ['http://127.0.0.1:80\\@evil.example', 'has a backslash'],
    ['http://127.1/cb', 'is short'],
    ['http://127.0.1/cb', 'is short'],
    ['http://0177.0.0.1/cb', 'is octal'],
    ['http://127.0.0.01/cb', 'is octal'],
    ['http://0x7f.0.0.1/cb', 'is hexadecimal'],
    ['http://0x7f000001/cb', 'is hexadecimal'],
    ['http://2130706433/cb', 'is one number'],
    ['http://127.0.0.1./cb', 'has a trailing dot'],
    ['http://１２７.０.０.１/cb', 'is in full-width digits'],
    ['http://127。0。0。1/cb', 'has ideographic full stops'],
    ['http://0.0.0.0:8400/cb', 'is every address'],
    ['http://127.0.0.1:99999/cb', 'has no such port'],
  ])('does not allow %j, which %s [R9]', (uri) => {
    expect(match(LOOPBACK, uri)).toBeUndefined()
  })

  it('allows only what a URL parser reads as http or https on 127.0.0.1 [R9]', () => {
    const uris = nearMisses(
      'http://127.0.0.1:8400/callback',
      'http://127.0.0.1/',
      'https://127.0.0.1/cb',
      'http://127.1/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://localhost:8400/callback',
    )
    forAllThatPass(LOOPBACK, uris, ({ protocol, hostname }) => {
      expect(protocol).toMatch(/^https?:$/)
      expect(hostname).toBe('127.0.0.1')
    })
  })
})

describe('allowed_uris with /*', () => {
  it.each([
    ['https://x.example/*', 'https://x.example/a', 'a path'],
    ['https://x.example/*', 'https://x.example/a/b', 'a path below a path'],
    ['https://x.example/*', 'https://x.example/', 'the empty path; assumed'],
    ['https://x.example/*', 'https://x.example/?a=b', 'a query'],
    ['https://x.example/cb/*', 'https://x.example/cb/a', 'a path'],
    ['https://x.example/cb/*', 'https://x.example/cb/', 'the folder itself; assumed'],
    ['https://x.example/cb/*', 'https://x.example/cb//a', 'an empty segment'],
    ['https://x.example:8082/*', 'https://x.example:8082/a', 'the port of the rule'],
    ['http://127.0.0.1:3118/callback/*', 'http://127.0.0.1:3118/callback/x7', 'an http rule'],
    ['https://chatgpt.com/connector/oauth/*', 'https://chatgpt.com/connector/oauth/1a', 'P4'],
  ])('%s allows %s: %s [R10]', (rule, uri) => {
    expect(match(listed('https://other.example/*', rule), uri)).toBe(rule)
  })

  it.each([
    ['https://x.example/*', 'https://x.example', 'has no path; assumed'],
    ['https://x.example/*', 'http://x.example/a', 'has another scheme'],
    ['https://x.example/*', 'https://y.example/a', 'has another host'],
    ['https://x.example/*', 'https://a.x.example/a', 'has another host'],
    ['https://x.example/*', 'https://x.example.evil.example/a', 'has another host'],
    ['https://x.example/*', 'https://x.example@evil.example/a', 'has user information'],
    ['https://x.example/*', 'https://user@x.example/a', 'has user information'],
    ['https://x.example/*', 'https://x.example:8443/a', 'has another port [R11]'],
    ['https://x.example/*', 'https://x.example./a', 'has a trailing dot'],
    ['https://x.example/*', 'https://X.EXAMPLE/a', 'is in upper case'],
    ['https://x.example/*', 'https:\\\\x.example\\a', 'has backslashes'],
    ['https://x.example/*', 'https://x.example/a#b', 'has a fragment'],
    ['https://x.example:8082/*', 'https://x.example:8083/a', 'has another port [R11]'],
    ['https://x.example:8082/*', 'https://x.example/a', 'has no port [R11]'],
    ['https://x.example/cb/*', 'https://x.example/cb', 'is not below the folder; assumed'],
    ['https://x.example/cb/*', 'https://x.example/cbx', 'has a longer name'],
    ['https://x.example/cb/*', 'https://x.example/CB/a', 'has another path: case counts'],
    ['https://x.example/cb/*', 'https://x.example/other', 'has another path'],
    ['https://x.example/cb/*', 'https://x.example//cb/a', 'has another path'],
    ['https://x.example/cb/*', 'https://x.example/?/cb/a', 'has the path in its query'],
    ['https://x.example/cb/*', 'https://x.example/cb/../other', 'climbs out'],
    ['https://x.example/cb/*', 'https://x.example/cb/./../other', 'climbs out'],
    ['https://x.example/cb/*', 'https://x.example/cb/%2e%2e/other', 'climbs out, encoded'],
    ['https://x.example/cb/*', 'https://x.example/cb/.%2E/other', 'climbs out, half encoded'],
    ['https://x.example/cb/*', 'https://x.example/cb%2F..%2F', 'climbs out once decoded'],
    ['https://x.example/cb/*', 'https://x.example/cb/..%2Fother', 'climbs out once decoded'],
    ['https://x.example/cb/*', 'https://x.example/cb/..\\other', 'climbs out by a backslash'],
    ['https://x.example/cb/*', 'https://x.example/cb/..%5Cother', 'climbs out by a backslash'],
    ['https://x.example/cb/*', 'https://x.example/cb/.\t./other', 'climbs out around a tab'],
  ])('%s does not allow %j, which %s [R10]', (rule, uri) => {
    expect(match(listed(rule), uri)).toBeUndefined()
  })

  it('allows only what is below its folder on its own origin [R10]', () => {
    const uris = nearMisses(
      'https://x.example/cb/a',
      'https://x.example/cb/a/b?c=d',
      'https://x.example/cb/../other',
      'https://x.example.evil.example/cb/a',
      'https://x.example/other/cb/a',
      'http://x.example/cb/a',
    )
    forAllThatPass(listed('https://x.example/cb/*'), uris, ({ origin, pathname }) => {
      expect(origin).toBe('https://x.example')
      expect(pathname).toMatch(/^\/cb\//)
    })
  })
})

describe('allowed_uris without /*', () => {
  it.each([
    ['https://x.example/cb', 'a hosted client'],
    ['https://dev.example.com:8082/oauth/callback', 'a port [R11]'],
    ['https://x.example/cb?a=b', 'a query'],
    ['http://[::1]:8400/cb', 'IPv6, which no toggle allows'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'a custom scheme [R12]'],
    ['com.example.app:/oauth/callback', 'a private-use scheme [R12]'],
  ])('allows exactly that URI: %s (%s)', (uri) => {
    expect(match(listed('https://other.example/*', uri), uri)).toBe(uri)
  })

  it.each([
    ['https://x.example/cb', 'https://x.example/cb/', 'a slash more'],
    ['https://x.example/cb', 'https://x.example/cb/a', 'a path below'],
    ['https://x.example/cb', 'https://x.example/cb?a=b', 'a query more'],
    ['https://x.example/cb?a=b', 'https://x.example/cb', 'a query less'],
    ['https://x.example/cb', 'https://x.example/c', 'a letter less'],
    ['https://x.example/cb', 'http://x.example/cb', 'another scheme'],
    ['https://x.example/', 'https://x.example', 'a slash less'],
    ['https://x.example:8082/cb', 'https://x.example:8083/cb', 'another port [R11]'],
    ['https://x.example:8082/cb', 'https://x.example/cb', 'no port [R11]'],
    ['https://x.example/cb', 'https://x.example:8082/cb', 'a port [R11]'],
    ['cursor://a/cb', 'cursor://a/cb/b', 'a path below a custom scheme [R12]'],
    ['cursor://a/cb', 'cursor://a/CB', 'another case'],
    ['cursor://a/cb', 'vscode://a/cb', 'another custom scheme [R13]'],
    ['https://x.example/*', 'cursor://x.example/cb', 'an unlisted custom scheme [R13]'],
  ])('%s does not allow %s: %s', (rule, uri) => {
    expect(match(listed(rule), uri)).toBeUndefined()
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://x.example/a/../b', 'http://u@h/'])(
    'never allows a URI that is no redirect URI, whatever the rule: %s',
    (uri) => {
      const rules = { ...dynamicClientRegistrationSchema.parse({}), allowed_uris: [uri] }
      expect(ruleFor(rules, uri)).toBeUndefined()
    },
  )
})

describe('Dynamic client registration', () => {
  it('refuses every URI while no rule is set [R14]', () => {
    const uris = nearMisses('http://localhost:8400/', 'http://127.0.0.1/', 'https://x.example/cb')
    fc.assert(fc.property(uris, (uri) => match({}, uri) === undefined))
  })

  it.each([
    'http://localhost/',
    'http://127.0.0.1/',
    'https://x.example/cb',
    'https://y.example/a',
  ])('refuses every URI while it is off, whatever the rules say: %s', (uri) => {
    const rules = {
      ...LOCALHOST,
      ...LOOPBACK,
      ...listed('https://x.example/cb', 'https://y.example/*'),
    }
    expect(match(rules, uri)).toBeDefined()
    expect(match({ ...rules, enabled: false }, uri)).toBeUndefined()
  })

  it('has each toggle on by default, and an empty list [K38]', () => {
    expect(dynamicClientRegistrationSchema.parse({})).toEqual({
      enabled: true,
      allow_any_on_localhost: true,
      allow_any_on_loopback: true,
      allowed_uris: [],
    })
    for (const name of ['enabled', 'allow_any_on_localhost', 'allow_any_on_loopback'] as const) {
      const rules = dynamicClientRegistrationSchema.parse({ [name]: false })
      expect(Object.values(rules).filter((value) => value === true)).toHaveLength(2)
    }
  })

  it('names the wrong entry of allowed_uris and the reason', () => {
    const result = dynamicClientRegistrationSchema.safeParse(
      listed('https://x.example/*', 'cursor://h/*'),
    )
    expect(result.error?.issues).toMatchObject([
      {
        path: ['allowed_uris', 1],
        message: 'the redirect URI uses /* with a custom scheme; list the URI itself',
      },
    ])
  })

  it('refuses unknown members', () => {
    const result = dynamicClientRegistrationSchema.safeParse({ allow_any_on_localhots: true })
    expect(result.error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['allow_any_on_localhots'] },
    ])
  })
})

describe('An entry of allowed_uris', () => {
  it.each([
    'https://claude.ai/*',
    'https://claude.ai/api/mcp/*',
    'https://chatgpt.com/connector/oauth/*',
    'https://playground.ai.cloudflare.com/*',
    'http://127.0.0.1:3118/callback/*',
    'https://dev.example.com:8082/oauth/callback',
    'http://localhost:8400/callback',
    'https://x.example/cb?a=b',
    'https://x.example',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'com.example.app:/oauth/callback',
  ])('may be %s [R10-R12]', (rule) => {
    expect(redirectRuleProblem(rule)).toBeUndefined()
  })

  it.each([
    ['cursor://anysphere.cursor-mcp/*', 'uses /* with a custom scheme', 'R12'],
    ['com.example.app:/*', 'uses /* with a custom scheme', 'R12'],
    ['cursor://user@h/cb', 'has user information', 'R12'],
    ['cursor://h/cb#a', 'has a fragment', 'R12'],
    ['https://x.example/cb*', 'has a star outside a final /*', 'no slash before the star'],
    ['https://x.example/*/cb', 'has a star outside', 'a star within the path'],
    ['https://x.example/*/*', 'has a star outside', 'two stars'],
    ['https://x.example/**', 'has a star outside', 'two stars'],
    ['https://x.example/cb?a=*', 'has a star outside', 'a star in the query'],
    ['https://*.x.example/*', 'has a star outside', 'a star for a host'],
    ['https://*.x.example/cb', 'has a star outside', 'a star for a host'],
    ['https://*/*', 'has a star outside', 'a star for every host'],
    ['cursor://h/*/cb', 'has a star outside', 'a star under a custom scheme'],
    ['https://x.example/cb?a=/*', 'has a query before /*', 'a query'],
    ['http://*', 'is not an absolute URI', 'no host'],
    ['https://*', 'is not an absolute URI', 'no host'],
    ['*', 'is not an absolute URI', 'everything'],
    ['/*', 'is not an absolute URI', 'every path'],
    ['', 'is not an absolute URI', 'nothing'],
    ['x.example/*', 'is not an absolute URI', 'no scheme'],
    ['https://x.example/a/../*', 'is not in normal form', 'a dot segment'],
    ['https://X.example/*', 'is not in normal form', 'an upper-case host'],
    ['https://bücher.example/*', 'is not in normal form', 'a Unicode host'],
    ['https:/x.example/*', 'is not in normal form', 'one slash'],
    ['https://x.example/cb%2F*', 'has an encoded slash', 'an encoded slash'],
    ['https://x.example/#/*', 'has a fragment', 'a fragment'],
    ['https://user@x.example/*', 'has user information', 'user information'],
    ['javascript:/*', 'uses the forbidden scheme javascript:', 'code'],
    ['javascript:alert(1)', 'uses the forbidden scheme javascript:', 'code'],
    ['data:text/html,/*', 'uses the forbidden scheme data:', 'a page of its own'],
  ])('is refused with a reason: %s %s (%s)', (rule, fault) => {
    expect(redirectRuleProblem(rule)).toContain(fault)
  })

  it('never allows a URI of another origin, whatever the text', () => {
    let rules = 0
    const texts = nearMisses('https://x.example/cb/*', 'https://*.example/*', 'http://localhost/*')
    fc.assert(
      fc.property(
        texts,
        nearMisses('https://x.example/cb/a', 'http://localhost/a'),
        (rule, uri) => {
          if (redirectRuleProblem(rule) || !match(listed(rule), uri)) return
          rules++
          expect(new URL(uri).origin).toBe(new URL(rule).origin)
        },
      ),
      { numRuns: 5000 },
    )
    expect(rules).toBeGreaterThan(20)
  })
})

function forAllThatPass(rules: object, uris: fc.Arbitrary<string>, check: (url: URL) => void) {
  const parsed = dynamicClientRegistrationSchema.parse({ ...OFF, ...rules })
  let passed = 0
  let refused = 0
  fc.assert(
    fc.property(uris, (uri) => {
      if (ruleFor(parsed, uri) === undefined) {
        refused++
      } else {
        passed++
        check(new URL(uri))
      }
    }),
    { numRuns: 3000 },
  )
  expect(passed).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(100)
}
