import { describe, expect, it } from 'vitest'
import { OTHER_ISSUER } from '../../src/events/reason'
import { CHECKS, clientReport, type ReportedClient } from '../../src/report'
import { recorded, type Sketch } from '../support/events'

const CLIENT: ReportedClient = {
  id: 'c',
  name: 'Codex',
  redirectUris: ['http://127.0.0.1:4000/callback'],
  grantTypes: ['authorization_code', 'refresh_token'],
}
const client = { id: 'c', name: 'Codex' }
// A minute after the sketched events, unless a sketch has another time.
const MOMENT = { now: Date.parse('2026-11-01T12:01:00Z') / 1000, codeLifetimeSeconds: 600 }
const userAgent = 'codex/1'
const METADATA = '/.well-known/cloudflare-access-protected-resource/mcp'

// The steps of a conforming client; each test changes some of them.
type Changes = Record<string, unknown>
const challenged = (changes: Changes = {}): Sketch => ({
  kind: 'challenge',
  outcome: 'asked',
  credential: 'none',
  resourceMetadata: `http://app${METADATA}`,
  userAgent,
  ...changes,
})
const read = (changes: Changes = {}): Sketch => ({
  kind: 'discovery',
  document: 'protected-resource',
  of: 'application',
  path: METADATA,
  userAgent,
  ...changes,
})
const readServer = (changes: Changes = {}): Sketch =>
  read({ document: 'authorization-server', of: 'team-domain', host: 'team', ...changes })
const registered = (changes: Changes = {}): Sketch => ({
  kind: 'registration',
  client,
  userAgent,
  redirectUris: CLIENT.redirectUris,
  applicationType: 'native',
  grantTypes: CLIENT.grantTypes,
  ...changes,
})
let values = 0
const authorized = (changes: Changes = {}): Sketch => ({
  kind: 'authorization',
  client,
  path: '/cdn-cgi/access/oauth/authorization',
  userAgent: 'Mozilla/5.0',
  step: 'code',
  resource: 'http://app/mcp',
  codeChallengeMethod: 'S256',
  codeChallengeHash: `challenge-${++values}`,
  stateHash: `state-${values}`,
  grantId: 'g',
  ...changes,
})
const token = (changes: Changes): Sketch => ({
  kind: 'token',
  client,
  userAgent,
  resource: 'http://app/mcp',
  grantId: 'g',
  ...changes,
})
const exchanged = (changes: Changes = {}) =>
  token({ grantType: 'authorization_code', hasVerifier: true, rule: 'T1', ...changes })
const refreshed = (changes: Changes = {}) =>
  token({ grantType: 'refresh_token', rule: 'T12', ...changes })
const admitted = (changes: Changes = {}): Sketch => ({
  kind: 'admission',
  by: 'access-token',
  client,
  userAgent,
  ...changes,
})
const refused = (rule: string, error = 'invalid_grant') => ({
  outcome: 'refused',
  rule,
  error,
  why: 'It was refused.',
})
const over = challenged({ outcome: 'refused', credential: 'expired-access-token', client })
const struck = (fault: string, changes: Changes = {}): Sketch => ({
  kind: 'fault',
  fault,
  path: '/cdn-cgi/access/oauth/token',
  client,
  ...changes,
})

const bare = challenged({ response: '401-bearer', resourceMetadata: undefined })
const standard = read({ place: 'rfc-9728', path: '/.well-known/oauth-protected-resource/mcp' })
const misled = (fault: string) => [
  struck(fault, { ray: 'm', client: undefined }),
  readServer({ ray: 'm' }),
]
const elsewhere = registered({ client: { id: 'd' }, path: '/.second-team/registration' })
const steppedUp = admitted({ path: '/step-up', status: 403 })
const announced = readServer({ announcesIssuer: true })
const foreign = challenged({ credential: 'other-bearer-token', outcome: 'refused' })
const blocked = struck('ai-crawl-control', { path: '/mcp' })

const judged = (id: string, sketches: Sketch[], changes: Partial<ReportedClient> = {}) => {
  const { checks } = clientReport(recorded(...sketches), { ...CLIENT, ...changes }, MOMENT)
  const check = checks.find((each) => each.id === id)
  if (!check) throw new Error(`there is no check ${id}`)
  return check
}

type Case = [id: string, verdict: string, what: string, sketches: Sketch[], evidence?: number[]]
const twin = { id: 'd', name: 'Codex' }
const gone: Sketch = { kind: 'control', method: 'DELETE', path: '/_emulator/clients/d' }
const CASES: Case[] = [
  ['resource-metadata', 'passed', 'the named URL', [challenged(), read(), registered()], [1, 2]],
  [
    'resource-metadata',
    'failed',
    'a well-known path that it guessed',
    [challenged(), read({ path: '/.well-known/oauth-protected-resource/mcp' }), registered()],
    [1, 2],
  ],
  ['resource-metadata', 'failed', 'no look at all', [challenged(), registered()], [1, 2]],
  [
    'resource-metadata',
    'failed',
    'a preflight only',
    [challenged(), read({ method: 'OPTIONS' }), registered()],
  ],
  ['resource-metadata', 'not-seen', 'no challenge', [read(), registered()]],
  ['resource-metadata', 'not-seen', 'a challenge and nothing after', [registered(), challenged()]],

  ['server-metadata', 'passed', 'at the issuer', [readServer(), registered()], [1]],
  [
    'server-metadata',
    'failed',
    "on the application's host only (P19)",
    [readServer({ of: 'application', host: 'app' }), registered()],
    [1],
  ],
  ['server-metadata', 'failed', 'nowhere', [registered()], [1]],
  [
    'server-metadata',
    'not-seen',
    'by metadata that it remembers',
    [readServer(), registered({ client: twin }), registered()],
  ],

  ['application-type', 'passed', 'native', [registered()], [1]],
  ['application-type', 'failed', 'none', [registered({ applicationType: undefined })], [1]],
  ['application-type', 'failed', 'web on loopback', [registered({ applicationType: 'web' })], [1]],
  ['application-type', 'failed', 'another', [registered({ applicationType: 'cli' })], [1]],
  ['application-type', 'not-seen', 'no registration', [authorized()]],

  ['refresh-token-grant', 'passed', 'registered', [registered()], [1]],
  ['refresh-token-grant', 'failed', 'left out', [registered({ grantTypes: undefined })], [1]],
  [
    'refresh-token-grant',
    'failed',
    'not among them',
    [registered({ grantTypes: ['authorization_code'] })],
    [1],
  ],
  ['refresh-token-grant', 'not-seen', 'no registration', []],

  [
    'registered-once',
    'passed',
    'two authorizations',
    [registered(), authorized(), authorized()],
    [2, 3],
  ],
  [
    'registered-once',
    'failed',
    'one like it before',
    [registered({ client: twin }), registered()],
    [1, 2],
  ],
  [
    'registered-once',
    'failed',
    'one like it after',
    [registered(), registered({ client: twin })],
    [1, 2],
  ],
  [
    'registered-once',
    'not-seen',
    'the other was deleted',
    [registered({ client: twin }), gone, registered()],
  ],
  [
    'registered-once',
    'not-seen',
    'another software',
    [registered({ client: { id: 'd', name: 'Zed' } }), registered()],
  ],
  ['registered-once', 'not-seen', 'one authorization', [registered(), authorized()]],

  ['resource-authorization', 'passed', 'sent', [authorized()], [1]],
  [
    'resource-authorization',
    'failed',
    'not sent',
    [authorized(), authorized({ resource: undefined })],
    [2],
  ],
  ['resource-authorization', 'not-seen', 'no authorization', [registered()]],

  ['resource-right', 'passed', 'accepted on both legs', [authorized(), exchanged()], [1, 2]],
  [
    'resource-right',
    'failed',
    'of no application',
    [authorized(refused('', 'invalid_target'))],
    [1],
  ],
  [
    'resource-right',
    'failed',
    'another at the exchange',
    [authorized(), exchanged(refused('', 'invalid_target'))],
    [2],
  ],
  [
    'resource-right',
    'not-seen',
    'Managed OAuth is off [A3]',
    [authorized(refused('A3', 'invalid_target'))],
  ],
  ['resource-right', 'not-seen', 'never sent', [authorized({ resource: undefined })]],

  [
    'resource-form',
    'passed',
    'as in the metadata',
    [authorized(), exchanged(), refreshed()],
    [1, 2, 3],
  ],
  [
    'resource-form',
    'failed',
    'a slash at its end (P24)',
    [authorized(), refreshed({ resource: 'http://app/' })],
    [2],
  ],
  ['resource-form', 'not-seen', 'never sent', [authorized({ resource: undefined })]],

  ['pkce-s256', 'passed', 'S256', [authorized()], [1]],
  ['pkce-s256', 'failed', 'plain', [authorized({ codeChallengeMethod: 'plain' })], [1]],
  [
    'pkce-s256',
    'failed',
    'none',
    [authorized({ codeChallengeMethod: undefined, codeChallengeHash: undefined })],
    [1],
  ],
  ['pkce-s256', 'not-seen', 'no authorization', []],

  ['pkce-new', 'passed', 'another each time', [authorized(), authorized()], [1, 2]],
  [
    'pkce-new',
    'failed',
    'the same twice',
    [authorized(), authorized({ codeChallengeHash: 'x' }), authorized({ codeChallengeHash: 'x' })],
    [2, 3],
  ],
  ['pkce-new', 'not-seen', 'one authorization', [authorized()]],

  ['state', 'passed', 'sent', [authorized()], [1]],
  ['state', 'failed', 'not sent', [authorized({ stateHash: undefined })], [1]],
  ['state', 'not-seen', 'no authorization', []],

  ['state-new', 'passed', 'another each time', [authorized(), authorized()], [1, 2]],
  [
    'state-new',
    'failed',
    'the same twice',
    [authorized({ stateHash: 'x' }), authorized({ stateHash: 'x' })],
    [1, 2],
  ],
  [
    'state-new',
    'failed',
    'the same request again, after it had ended',
    [
      authorized({ stateHash: 'x', codeChallengeHash: 'y' }),
      authorized({ stateHash: 'x', codeChallengeHash: 'y' }),
    ],
    [1, 2],
  ],
  ['state-new', 'not-seen', 'one authorization', [authorized()]],

  [
    'issuer',
    'not-seen',
    'the code may still be redeemed',
    [struck('wrong-issuer', { ray: 'r' }), authorized({ ray: 'r' }), admitted()],
  ],
  [
    'issuer',
    'not-seen',
    'an exchange that was refused before its code was read',
    [
      struck('wrong-issuer', { ray: 'r' }),
      authorized({ ray: 'r' }),
      exchanged({ ...refused('', 'invalid_client'), grantId: undefined }),
    ],
  ],
  [
    'issuer',
    'passed',
    'the code was not redeemed until it expired',
    [
      struck('wrong-issuer', { ray: 'r', at: '2026-11-01T11:50:00Z' }),
      authorized({ ray: 'r', at: '2026-11-01T11:50:00Z' }),
    ],
    [1],
  ],
  [
    'issuer',
    'passed',
    'another authorization after it',
    [struck('wrong-issuer', { ray: 'r' }), authorized({ ray: 'r' }), authorized({ grantId: 'h' })],
    [1, 3],
  ],
  [
    'issuer',
    'failed',
    'the code was redeemed, in vain',
    [struck('wrong-issuer', { ray: 'r' }), authorized({ ray: 'r' }), exchanged(refused('T9'))],
    [1, 2, 3],
  ],
  [
    'issuer',
    'failed',
    'the code was redeemed',
    [struck('wrong-issuer', { ray: 'r' }), authorized({ ray: 'r' }), exchanged()],
    [1, 2, 3],
  ],
  [
    'issuer',
    'passed',
    'the code of the next authorization was redeemed',
    [
      struck('wrong-issuer', { ray: 'r' }),
      authorized({ ray: 'r' }),
      authorized({ grantId: 'h' }),
      exchanged({ grantId: 'h' }),
    ],
  ],
  ['issuer', 'not-seen', 'no such fault', [authorized(), exchanged()]],

  ['resource-exchange', 'passed', 'sent', [exchanged()], [1]],
  ['resource-exchange', 'failed', 'not sent', [exchanged({ resource: undefined })], [1]],
  ['resource-exchange', 'not-seen', 'no exchange', [refreshed()]],

  ['verifier', 'passed', 'sent', [exchanged()], [1]],
  ['verifier', 'failed', 'not sent', [exchanged({ hasVerifier: false })], [1]],
  ['verifier', 'not-seen', 'no exchange', []],

  ['verifier-form', 'passed', 'as it should be', [exchanged()], [1]],
  [
    'verifier-form',
    'failed',
    'too short',
    [exchanged(), exchanged({ verifierProblem: 'has 42 characters, expected 43 to 128' })],
    [2],
  ],
  ['verifier-form', 'not-seen', 'not sent', [exchanged({ hasVerifier: false })]],

  ['verifier-matches', 'passed', 'accepted', [exchanged()], [1]],
  [
    'verifier-matches',
    'failed',
    'of another authorization [T9]',
    [exchanged(refused('T9')), exchanged()],
    [1],
  ],
  ['verifier-matches', 'not-seen', 'refused for something else', [exchanged(refused('T10'))]],

  ['redirect-uri-repeated', 'passed', 'accepted', [exchanged()], [1]],
  ['redirect-uri-repeated', 'failed', 'another [T10]', [exchanged(refused('T10'))], [1]],
  ['redirect-uri-repeated', 'not-seen', 'no exchange', []],

  ['code-once', 'passed', 'once', [exchanged()], [1]],
  ['code-once', 'failed', 'twice [T8]', [exchanged(), exchanged(refused('T8'))], [2]],
  ['code-once', 'not-seen', 'no exchange', []],

  ['client-authentication', 'passed', 'as registered', [exchanged()], [1]],
  [
    'client-authentication',
    'failed',
    'another way',
    [exchanged(refused('', 'invalid_client'))],
    [1],
  ],
  ['client-authentication', 'not-seen', 'no token request', [authorized()]],

  ['bearer', 'passed', 'admitted', [admitted()], [1]],
  ['bearer', 'not-seen', 'no request', [exchanged()]],

  ['own-token', 'passed', 'admitted', [admitted()], [1]],
  [
    'own-token',
    'passed',
    'and another client with the same user agent a code of another server',
    [exchanged(), challenged({ credential: 'other-bearer-token' }), admitted()],
    [3],
  ],
  [
    'own-token',
    'failed',
    'for another resource [T20]',
    [challenged({ credential: 'access-token-of-another-application', client })],
    [1],
  ],
  ['own-token', 'not-seen', 'no request', []],

  [
    'revocation',
    'passed',
    'revoked',
    [{ kind: 'revocation', client, userAgent, token: 'revoked' }],
    [1],
  ],
  [
    'revocation',
    'failed',
    'an unknown token',
    [{ kind: 'revocation', client, userAgent, token: 'unknown' }],
    [1],
  ],
  [
    'revocation',
    'failed',
    'refused',
    [{ kind: 'revocation', client, userAgent, ...refused('') }],
    [1],
  ],
  ['revocation', 'not-seen', 'nothing', [exchanged()]],
  [
    'revocation',
    'not-seen',
    'another client with the same user agent and an unknown client_id',
    [exchanged(), { kind: 'revocation', userAgent, ...refused('') }, admitted()],
  ],

  ['refreshes', 'passed', 'after a 401', [exchanged(), over, refreshed()], [2, 3]],
  ['refreshes', 'passed', 'before it expired', [exchanged(), admitted(), refreshed()], [3]],
  ['refreshes', 'failed', 'a new authorization instead', [exchanged(), over, authorized()], [2, 3]],
  [
    'refreshes',
    'not-seen',
    'a refused refresh, then an authorization',
    [exchanged(), over, refreshed(refused('T17')), authorized()],
  ],
  [
    'refreshes',
    'not-seen',
    'a refresh that a fault struck, then an authorization',
    [exchanged(), over, struck('error'), authorized()],
  ],
  ['refreshes', 'not-seen', 'no token has expired', [exchanged(), admitted()]],

  ['resource-refresh', 'passed', 'sent', [refreshed()], [1]],
  ['resource-refresh', 'failed', 'not sent', [refreshed({ resource: undefined })], [1]],
  ['resource-refresh', 'not-seen', 'no refresh', [exchanged()]],

  ['rotation', 'passed', 'a chain of two', [exchanged(), refreshed(), refreshed()], [2, 3]],
  [
    'rotation',
    'failed',
    'the old one again [T13]',
    [exchanged(), refreshed(), refreshed(refused('T13'))],
    [2, 3],
  ],
  [
    'rotation',
    'failed',
    'the old one again, which the grace window forgave',
    [exchanged(), refreshed(), refreshed({ rule: 'T13', isRepeated: true })],
    [2, 3],
  ],
  [
    'rotation',
    'not-seen',
    'the new one was lost by a fault',
    [
      exchanged(),
      refreshed({ ray: 'r' }),
      struck('lost-rotation', { ray: 'r' }),
      refreshed(refused('T13')),
    ],
  ],
  [
    'rotation',
    'not-seen',
    'lost by a fault, then forgiven by the grace window',
    [
      exchanged(),
      refreshed({ ray: 'r' }),
      struck('lost-rotation', { ray: 'r' }),
      refreshed({ rule: 'T13', isRepeated: true }),
    ],
  ],
  ['rotation', 'not-seen', 'one refresh', [exchanged(), refreshed()]],
  [
    'rotation',
    'not-seen',
    'one refresh of each of two grants',
    [refreshed(), refreshed({ grantId: 'h' })],
  ],

  [
    'stops',
    'passed',
    'asked again after it',
    [refreshed(refused('T17')), authorized(), exchanged()],
    [1],
  ],
  [
    'stops',
    'failed',
    'four times in a row',
    Array(4).fill(refreshed(refused('T17'))),
    [1, 2, 3, 4],
  ],
  [
    'stops',
    'passed',
    'four times, with exchanges between',
    Array(4)
      .fill([refreshed(refused('T17')), exchanged()])
      .flat(),
  ],
  ['stops', 'not-seen', 'never refused', [refreshed()]],

  ['well-known', 'passed', 'the standard path', [bare, standard, registered()], [1, 2]],
  ['well-known', 'failed', 'registers at once [P28]', [bare, registered()], [1, 2]],
  ['well-known', 'failed', 'the server metadata alone', [bare, readServer(), registered()], [1, 2]],
  ['well-known', 'not-seen', 'nothing after it', [registered(), bare]],
  ['well-known', 'not-seen', 'a challenge with metadata', [challenged(), registered()]],
  [
    'well-known',
    'not-seen',
    'metadata that it had read before',
    [challenged(), read({ place: 'access-path' }), registered(), bare, authorized()],
  ],

  ...(
    [
      ['metadata-issuer', 'wrong-metadata-issuer'],
      ['pkce-announced', 'missing-pkce-methods'],
    ] as const
  ).flatMap(([id, fault]): Case[] => [
    [id, 'passed', 'reads it again', [...misled(fault), readServer(), registered()], [2, 3]],
    [id, 'failed', 'registers', [...misled(fault), registered()], [2, 3]],
    [id, 'failed', 'authorizes', [registered(), ...misled(fault), exchanged()], [3, 4]],
    [id, 'not-seen', 'nothing after it', [registered(), ...misled(fault)]],
    [id, 'not-seen', 'no such metadata', [readServer(), registered()]],
  ]),

  ['issuer-binding', 'passed', 'registers with both', [registered(), elsewhere], [1, 2]],
  [
    'issuer-binding',
    'failed',
    'its client_id at the other team',
    [registered(), authorized(refused(OTHER_ISSUER, 'invalid_client'))],
    [2],
  ],
  ['issuer-binding', 'not-seen', 'one issuer', [registered(), authorized()]],

  ['scope-advertised', 'passed', 'none', [authorized()], [1]],
  ['scope-advertised', 'failed', 'of its own', [authorized({ scope: 'openid email' })], [1]],
  [
    'scope-advertised',
    'passed',
    'that of a challenge',
    [authorized(), steppedUp, authorized({ scope: 'demo:write' })],
    [1, 3],
  ],
  ['scope-advertised', 'failed', 'before a challenge', [authorized({ scope: 'demo:write' })], [1]],
  ['scope-advertised', 'not-seen', 'no authorization', [registered()]],

  [
    'step-up',
    'passed',
    'authorizes with the scope',
    [authorized(), steppedUp, authorized({ scope: 'demo:write' })],
    [2, 3],
  ],
  ['step-up', 'failed', 'repeats the request', Array(4).fill(steppedUp), [1, 2, 3, 4]],
  [
    'step-up',
    'failed',
    'forgets its earlier scope',
    [authorized({ scope: 'mail' }), steppedUp, authorized({ scope: 'demo:write' })],
    [2, 3],
  ],
  [
    'step-up',
    'passed',
    'requests the union',
    [authorized({ scope: 'mail' }), steppedUp, authorized({ scope: 'mail demo:write' })],
  ],
  ['step-up', 'not-seen', 'gives up', [steppedUp]],
  ['step-up', 'not-seen', 'was not challenged', [admitted()]],

  [
    'issuer-missing',
    'failed',
    'redeemed',
    [
      exchanged({ grantId: 'first' }),
      announced,
      authorized({ ray: 'r' }),
      struck('missing-issuer', { ray: 'r' }),
      exchanged(),
    ],
    [3, 4, 5],
  ],
  [
    'issuer-missing',
    'passed',
    'authorizes again',
    [
      exchanged({ grantId: 'first' }),
      announced,
      authorized({ ray: 'r' }),
      struck('missing-issuer', { ray: 'r' }),
      authorized({ grantId: 'other' }),
    ],
    [4, 5],
  ],
  [
    'issuer-missing',
    'not-seen',
    'the metadata that it read announces none',
    [readServer(), authorized({ ray: 'r' }), struck('missing-issuer', { ray: 'r' }), exchanged()],
  ],

  ['static-bearer', 'passed', 'its own', [exchanged(), admitted()], [2]],
  ['static-bearer', 'failed', 'another one [P36]', [exchanged(), foreign], [1, 2]],
  ['static-bearer', 'passed', 'both, by one user agent', [exchanged(), foreign, admitted()]],
  ['static-bearer', 'not-seen', 'another one before the login', [foreign, exchanged()]],
  ['static-bearer', 'not-seen', 'no token', [registered(), foreign]],

  ['blocked', 'passed', 'keeps its token', [exchanged(), blocked, admitted()], [2, 3]],
  ['blocked', 'failed', 'authorizes again [P25]', [exchanged(), blocked, authorized()], [2, 3]],
  ['blocked', 'not-seen', 'nothing after it', [exchanged(), blocked]],
  ['blocked', 'not-seen', 'was not blocked', [exchanged(), admitted()]],
]

describe('The report names', () => {
  it.each(CASES)('%s: %s for: %s', (id, verdict, _, sketches, evidence) => {
    const check = judged(id, sketches)
    expect(check).toMatchObject({ verdict, why: expect.stringMatching(/\S.*[.]$/) })
    if (evidence) expect(check.evidence).toEqual(evidence)
    if (verdict === 'not-seen') expect(check.evidence).toEqual([])
  })

  // RFC 8252 7.1: a scheme of a domain; 7.2: https; 7.3, 8.3: loopback.
  it.each([
    ['http://127.0.0.1:1234/', 'passed', 'passed'],
    ['http://[::1]:1234/', 'passed', 'passed'],
    ['http://localhost:1234/', 'passed', 'failed'],
    ['https://claude.ai/callback', 'passed', 'not-seen'],
    ['com.example.app:/callback', 'passed', 'not-seen'],
    ['cursor://callback', 'failed', 'not-seen'],
    ['http://192.168.0.7/callback', 'failed', 'not-seen'],
  ])('the redirect URI %s: %s, and as a loopback literal: %s', (uri, allowed, literal) => {
    const uris = { redirectUris: [uri] }
    expect(judged('redirect-uri', [registered()], uris).verdict).toBe(allowed)
    expect(judged('loopback-literal', [registered()], uris).verdict).toBe(literal)
  })

  it('how it refreshed', () => {
    const why = (...sketches: Sketch[]) => judged('refreshes', sketches).why
    expect(why(exchanged(), refreshed())).toContain('without waiting for a 401')
    expect(why(exchanged(), over, refreshed())).toContain('after a 401')
    expect(why(exchanged(), refreshed(), over, refreshed())).toContain('1 of 2 times after a 401')
    const at = '2026-11-01T12:14:00Z'
    expect(why(exchanged({ expiresInSeconds: 900 }), refreshed({ at }))).toContain('60 s before')
    expect(why(exchanged({ expiresInSeconds: 800 }), refreshed({ at }))).not.toContain(' s before')
  })
})

describe('An authorization', () => {
  const twice = { stateHash: 'x', codeChallengeHash: 'y' }
  const consent = { ...twice, path: '/cdn-cgi/access/oauth/consent' }
  const states = (...sketches: Sketch[]) => judged('state-new', sketches).verdict

  it('is counted once, however many pages the person sees', () => {
    expect(
      states(
        authorized({ ...twice, step: 'login' }),
        authorized({ ...twice, step: 'consent' }),
        authorized({ ...consent, step: 'consent' }),
        authorized({ ...consent, step: 'code' }),
      ),
    ).toBe('not-seen')
  })

  it('continues if another person logs in, or another authorization begins meanwhile', () => {
    expect(states(authorized({ ...twice, step: 'blocked' }), authorized(twice))).toBe('not-seen')
    expect(states(authorized({ ...twice, step: 'login' }), authorized(), authorized(twice))).toBe(
      'passed',
    )
  })

  it('has ended with an error', () => {
    expect(states(authorized({ ...twice, ...refused('A6') }), authorized(twice))).toBe('failed')
  })
})

describe('A report', () => {
  const good = [
    challenged(),
    read(),
    readServer(),
    registered(),
    authorized(),
    exchanged(),
    admitted(),
    over,
    refreshed(),
    admitted(),
  ]

  it('counts its verdicts', () => {
    const { checks, summary } = clientReport(recorded(...good), CLIENT, MOMENT)
    expect(summary).toEqual({
      passed: checks.filter(({ verdict }) => verdict === 'passed').length,
      failed: 0,
      notSeen: checks.filter(({ verdict }) => verdict === 'not-seen').length,
    })
    expect(summary.passed + summary.notSeen).toBe(CHECKS.length)
    expect(summary.passed).toBeGreaterThan(15)
  })

  it('judges a client only by its own requests', () => {
    const other = { ...CLIENT, id: 'other', name: 'Another' }
    const { summary } = clientReport(recorded(...good), other, MOMENT)
    // Its registration is known without events.
    expect(summary).toEqual({ passed: 2, failed: 0, notSeen: CHECKS.length - 2 })
  })

  it('names at most ten events', () => {
    const many = Array.from({ length: 30 }, () => admitted())
    const check = judged('bearer', many)
    expect(check.why).toContain('30 requests')
    expect(check.evidence).toHaveLength(10)
  })

  it('names each rule once, with its source', () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length)
    for (const { source } of CHECKS) expect(source).toMatch(/RFC \d+ \d|MCP 2026-07-28 [A-Z]/)
    const tested = new Set(CASES.map(([id]) => id)).add('redirect-uri').add('loopback-literal')
    expect(CHECKS.filter(({ id }) => !tested.has(id))).toEqual([])
  })
})
