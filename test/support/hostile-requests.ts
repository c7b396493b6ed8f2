import fc from 'fast-check'

/** A request of any bytes; `$NAME` in it is replaced by the value of a real client. */
export type HostileRequest = {
  method: string
  target: string
  headers: [name: string, value: string][]
  body: string
  /** How the body's length is announced: correctly, in chunks, or as longer than it is. */
  framing: 'length' | 'chunked' | 'cut'
}

/** The names for `$NAME`: values that only the server can issue. */
export type Known = Record<(typeof KNOWN)[number], string>
const KNOWN = [
  'CLIENT',
  'SECRET_CLIENT',
  'SECRET',
  'ACCESS_TOKEN',
  'REFRESH_TOKEN',
  'ASSERTION',
  'COOKIES',
  'LOGIN_QUERY',
  'CONSENT_QUERY',
  'APPLICATION_ID',
  'GRANT_ID',
  'DASH_TOKEN',
  'PORT',
] as const

const ACCOUNT = '0123456789abcdef0123456789abcdef'

const PATHS = [
  ...['/', '/mcp', '/whoami', '/favicon.ico', '/index.html'],
  ...['certs', 'get-identity', 'logout', 'authorized', 'callback', 'callback?state=x&code=y'],
  ...['oauth/registration', 'oauth/registration/$CLIENT', 'oauth/token', 'oauth/revoke'],
  ...['oauth/authorization', 'oauth/consent', 'oauth/consent?request=$CONSENT_QUERY'],
  ...['login/localhost:$PORT', 'login/localhost:$PORT?$LOGIN_QUERY', 'login/x?$LOGIN_QUERY'],
].flatMap((path) =>
  path.startsWith('/') ? [path] : [`/cdn-cgi/access/${path}`, `/.access/${path}`],
)
const WELL_KNOWN = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource',
  '/.well-known/cloudflare-access-protected-resource',
  '/.well-known/cloudflare-access-protected-resource/mcp',
  '/.well-known/openid-configuration',
  '/.well-known/jwks.json',
]
const DASH_PATHS = [
  ...['/oauth2/auth', '/oauth2/login', '/oauth2/consent', '/oauth2/token', '/oauth2/revoke'],
  ...['/oauth2/device/auth', '/oauth2/userinfo', '/oauth2/logout', '/oauth2/sessions/logout'],
  ...['/oauth/error', '/profile/access-management/authorization', '/?to=//x.example'],
]
const CONTROL_PATHS = [
  ...['urls', 'auto-sign-in', 'clock', 'revoke', 'keys/rotate', 'dns', 'events', 'faults'],
  ...[
    'faults/x',
    'quirks',
    'quirks/refresh-grace',
    'clients',
    'clients/$CLIENT',
    'grants',
    'state',
  ],
  ...['grants/$GRANT_ID', 'grants/x/tokens/y', 'sessions', 'sessions/x', 'reset', 'events?follow'],
  ...['events?after=x', 'clients?cursor=x&limit=-1', 'grants?limit=1e9', 'console', ''],
].map((path) => `/_emulator/${path}`)
const API_PATHS = [
  ...['/user', '/user/tokens/verify', '/accounts', '/zones', '/memberships', '/openapi.json'],
  ...['', '/', '/apps', '/apps/$APPLICATION_ID', '/apps/x', '/apps/$APPLICATION_ID/policies'],
  ...['/apps/$APPLICATION_ID/user_policy_checks', '/apps/$APPLICATION_ID/revoke_tokens'],
  ...['/policies', '/policies/x', '/policy-tests', '/groups', '/groups/x', '/service_tokens'],
  ...['/service_tokens/x/rotate', '/organizations', '/organizations/revoke_user', '/users'],
  ...['/users/x/active_sessions', '/identity_providers', '/identity_providers/x', '/keys'],
  ...['/keys/rotate', '/tags', '/tags/x', '/logs/access_requests?limit=x&since=y'],
  ...['/apps?page=-1&per_page=1e99', '/apps?name=%00', '/tags?page=0&page=1'],
].map((path) =>
  path.startsWith('/user/') ? `/client/v4${path}` : `/client/v4/accounts/${ACCOUNT}/access${path}`,
)
const OAUTH_CLIENT_PATHS = ['', '/x', '/x/secret', '/scopes', '?page=x'].map(
  (path) => `/client/v4/accounts/${ACCOUNT}/oauth_clients${path}`,
)

// Input on which parsers disagree, and input that every parser rejects.
const JUNK = [
  ...['', '/', '//', '/..', '/../', '/.', '/%2e%2e/', '/%2E%2e', '%2f', '%5c', '\\', ';', ';a=b'],
  ...['%00', '%0d%0aX-Injected:1', '%ff', '%', '%zz', '\x00', '\x01', '\t', '\x7f', '\xff\xfe'],
  ...['#', '?', '??', '&', '=', '@', ':', '*', '$', '{}', '[]', '<script>', '"', "'", '`', '|'],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', '-1', '1e400'],
  ...['../../_emulator/reset', '/_emulator/../mcp', '/cdn-cgi/access/../../x', 'http://x.example'],
  ...['//x.example/', 'javascript:alert(1)', 'data:text/html,x', 'x'.repeat(300), 'é', '😀'],
].map((text) => Buffer.from(text).toString('latin1'))

// Most other input ends at the HTTP parser, which is not ours.
const junk = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom(...JUNK) },
  { weight: 2, arbitrary: fc.webPath() },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary-ascii' }) },
)
const chosen = (...texts: string[]) => fc.constantFrom(...texts)
const known = chosen(...KNOWN.map((name) => `$${name}`))

const path = fc.oneof(
  { weight: 6, arbitrary: chosen(...PATHS) },
  { weight: 2, arbitrary: chosen(...WELL_KNOWN) },
  { weight: 3, arbitrary: chosen(...DASH_PATHS) },
  { weight: 4, arbitrary: chosen(...CONTROL_PATHS) },
  { weight: 4, arbitrary: chosen(...API_PATHS, ...OAUTH_CLIENT_PATHS) },
  { weight: 1, arbitrary: junk.map((text) => `/${text}`) },
)

// A text inserted at any place, most often between two segments.
const mutated = fc
  .tuple(path, fc.array(fc.tuple(fc.nat(200), junk), { maxLength: 2 }), fc.nat(3))
  .map(([text, pieces, chance]) => {
    if (chance > 0) return text
    return pieces.reduce((before, [at, piece]) => {
      const slashes = [...before.matchAll(/\//g)].map(({ index }) => index)
      const place = slashes[at % (slashes.length * 2)] ?? at % (before.length + 1)
      return before.slice(0, place) + piece + before.slice(place)
    }, text)
  })

const PARAMETERS = [
  ...['client_id', 'redirect_uri', 'response_type', 'state', 'scope', 'resource', 'code', 'token'],
  ...['code_challenge', 'code_challenge_method', 'code_verifier', 'grant_type', 'refresh_token'],
  ...['client_secret', 'request', 'redirect_url', 'meta', 'kid', 'nonce', 'email', 'action', 'to'],
  ...['post_logout_redirect_uri', 'id_token_hint', 'prompt', 'identity_provider', 'pin', 'cursor'],
  ...['limit', 'page', 'per_page', 'after', 'follow', '__proto__', 'constructor', ''],
]
const VALUES = [
  ...[
    'code',
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'S256',
    'plain',
    'allow',
  ],
  ...['http://localhost:53682/callback', 'http://localhost:$PORT/', 'ada@example.com', 'deny', 'x'],
  ...['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'on', 'true', '0', '999999999999999999999'],
]
const value = fc.oneof(chosen(...VALUES), known, junk)
// Only inserted values that keep a request line in one line.
const pair = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: chosen(...PARAMETERS) }, { weight: 1, arbitrary: junk }),
    value,
  )
  .map((both) => both.join('='))
const query = fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join('&'))

/** JSON of every type, with the members that the endpoints read. */
const MEMBERS = [
  ...['client_name', 'redirect_uris', 'token_endpoint_auth_method', 'grant_types', 'logo_uri'],
  ...['client_uri', 'email', 'consent', 'advance', 'now', 'reset', 'person', 'application', 'on'],
  ...['name', 'domain', 'type', 'destinations', 'policies', 'decision', 'include', 'exclude'],
  ...['require', 'oauth_configuration', 'session_duration', 'duration', 'config', 'enabled'],
  ...['allowed_idps', 'cors_headers', 'key_rotation_interval_days', 'auth_domain', 'version'],
  ...['clients', 'grants', 'emulator', 'times', 'client', 'scopes', '__proto__', 'constructor'],
]
const { json } = fc.letrec<{ json: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(
    fc.oneof(value, fc.string({ unit: 'binary', maxLength: 8 })),
    fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    chosen('allow', 'everyone', 'self_hosted', '16m', '24h', 'none', 'example.com', 'a.example/x'),
  ),
  json: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    { weight: 2, arbitrary: tie('leaf') },
    { weight: 1, arbitrary: fc.array(tie('json'), { maxLength: 4 }) },
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(chosen(...MEMBERS), tie('json')), { maxLength: 6 })
        .map((entries) => Object.fromEntries(entries)),
    },
  ),
}))
const jsonText = json.map((each) => Buffer.from(JSON.stringify(each)).toString('latin1'))
const DEEP = ['['.repeat(30_000), '{"a":'.repeat(10_000), `${'['.repeat(900)}${']'.repeat(900)}`]
const VALID = [
  '{"redirect_uris":["http://localhost:1/cb"],"token_endpoint_auth_method":"none"}',
  '{"advance":"16m"}',
  '{"email":"ada@example.com","consent":"deny"}',
  '{"name":"x","decision":"allow","include":[{"everyone":{}}]}',
  '{"name":"x","type":"self_hosted","domain":"x.example"}',
  '{"on":true}',
  '{"person":"ada@example.com"}',
  '{"__proto__":{"isAdmin":true},"name":"x"}',
]
const body = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 6, arbitrary: query },
  { weight: 6, arbitrary: jsonText },
  { weight: 3, arbitrary: chosen(...VALID) },
  { weight: 1, arbitrary: fc.tuple(jsonText, fc.nat(20)).map(([text, n]) => text.slice(0, -n)) },
  { weight: 1, arbitrary: chosen(...DEEP, 'x'.repeat(70_000), '\xff\xfe\x00', '{"a":"\\ud800"}') },
)

const headerValue = fc.oneof(value, fc.string({ maxLength: 20 }))
const CREDENTIALS = [
  ...['Bearer $ACCESS_TOKEN', 'bearer  $ACCESS_TOKEN', 'Bearer $REFRESH_TOKEN', 'Bearer'],
  ...[
    'Bearer $ASSERTION',
    'Bearer a-token',
    'Bearer $DASH_TOKEN',
    'Basic',
    'Basic !!!',
    'Basic Og',
  ],
  ...[
    'Bearer oauth:',
    'Bearer oauth:::::',
    'Bearer oauth:x:y:z',
    'Digest x',
    ' ',
    'Basic JTAwOiU=',
  ],
  ...[`Bearer ${'x'.repeat(9000)}`, 'Bearer $ACCESS_TOKEN, Bearer x', 'Bearer é'],
]
const header = fc.oneof(
  fc.tuple(chosen('Authorization', 'AUTHORIZATION'), chosen(...CREDENTIALS)),
  fc.tuple(
    chosen('Cookie', 'cookie'),
    fc.oneof(
      chosen(
        '$COOKIES',
        'CF_Authorization=$ASSERTION',
        'CF_AppSession=n0',
        ';;;=;=',
        'a'.repeat(5000),
      ),
      fc
        .tuple(chosen('CF_Authorization', 'CF_Access_Session', 'CF_Access_Login'), headerValue)
        .map((both) => both.join('=')),
    ),
  ),
  fc.tuple(
    chosen(
      ...['Cf-Access-Jwt-Assertion', 'CF-ACCESS-JWT-ASSERTION', 'cf_access_jwt_assertion'],
      ...['Cf-Access-Token', 'Cf-Access-Client-Id', 'CF-Access-Client-Secret', 'Cf-Access-'],
      ...['Cf-Access-Authenticated-User-Email', 'CF-Connecting-IP', 'CF-IPCountry', 'Cf-Ray'],
    ),
    headerValue,
  ),
  fc.tuple(
    chosen('Origin', 'Referer', 'X-Forwarded-Host', 'X-Forwarded-For', 'Forwarded', 'X-Real-IP'),
    fc.oneof(chosen('null', 'https://x.example', 'http://localhost:$PORT'), headerValue),
  ),
  fc.tuple(
    chosen(
      'Accept',
      'Sec-Fetch-Mode',
      'Sec-Fetch-Dest',
      'X-Requested-With',
      'Range',
      'If-None-Match',
    ),
    fc.oneof(
      chosen('text/html', 'navigate', 'document', 'XMLHttpRequest', 'bytes=0-'),
      headerValue,
    ),
  ),
  fc.tuple(
    chosen(
      'Access-Control-Request-Method',
      'Expect',
      'Upgrade',
      'Connection',
      'X-Big',
      'Mcp-Session-Id',
    ),
    fc.oneof(chosen('DELETE', 'websocket', 'h2c', 'x'.repeat(8000)), headerValue),
  ),
  fc.tuple(fc.stringMatching(/^[A-Za-z_-]{1,12}$/), headerValue),
)

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
// The runtime responds to CONNECT with 500, before the Worker sees it.
const ODD_METHODS = ['get', 'TRACE', 'PROPFIND', 'FOO', '', 'G E T', 'PURGE', 'QUERY']
const TYPES = [
  ...['application/json', 'application/x-www-form-urlencoded', 'APPLICATION/JSON; charset=x', ''],
  ...['multipart/form-data; boundary=x', 'text/plain', 'application/json;', ';', 'application/*'],
]
const HOSTS = ['localhost:$PORT', '127.0.0.1:$PORT', '[::1]:$PORT']
// For an invalid host, wrangler responds with 500 before the Worker sees it.
const ODD_HOSTS = [
  'x.example',
  'localhost',
  '',
  'LOCALHOST:$PORT',
  'a@localhost:$PORT',
  'x.example/y',
]

const mostly = (usual: string[], odd: string[]) =>
  fc.oneof({ weight: 12, arbitrary: chosen(...usual) }, { weight: 1, arbitrary: chosen(...odd) })

export const hostileRequest: fc.Arbitrary<HostileRequest> = fc
  .record({
    method: mostly(METHODS, ODD_METHODS),
    path: mutated,
    query: fc.option(query, { nil: '' }),
    absolute: mostly(
      [''],
      ['http://localhost:$PORT', 'http://x.example', 'https://x.example:1', '//'],
    ),
    host: mostly(HOSTS, ODD_HOSTS),
    type: mostly(TYPES.slice(0, 2), TYPES),
    headers: fc.array(header, { maxLength: 5 }),
    // With a credential, the protected routes are reached.
    admitted: fc.option(
      chosen(...CREDENTIALS.slice(0, 1), 'Bearer a-token', 'Bearer $DASH_TOKEN'),
      {
        nil: undefined,
      },
    ),
    body,
    framing: fc.oneof(
      { weight: 20, arbitrary: fc.constant('length' as const) },
      { weight: 2, arbitrary: fc.constant('chunked' as const) },
      { weight: 1, arbitrary: fc.constant('cut' as const) },
    ),
  })
  .map(({ path: text, query: pairs, absolute, host, type, admitted, ...rest }) => ({
    method: rest.method,
    target: absolute + text + (pairs && (text.includes('?') ? '&' : '?') + pairs),
    headers: [
      ['Host', host],
      ...(rest.body ? [['Content-Type', type]] : []),
      ...(admitted ? [['Authorization', admitted]] : []),
      ...rest.headers,
    ] as [string, string][],
    body: rest.body,
    framing: rest.framing,
  }))

/** The bytes of a request, with `$NAME` replaced. */
export function bytesOf(request: HostileRequest, values: Known): string {
  const filled = (text: string) =>
    text.replace(/\$([A-Z_]+)/g, (whole, name) => values[name as keyof Known] ?? whole)
  const text = filled(request.body)
  // Line ends are only in the surrounding junk: the rest would otherwise be another request.
  const oneLine = (line: string) => line.replace(/[\r\n]/g, '')
  const framing = {
    length: request.method === 'GET' && !text ? [] : [`Content-Length: ${text.length}`],
    chunked: ['Transfer-Encoding: chunked'],
    cut: [`Content-Length: ${text.length + 10}`],
  }[request.framing]
  const chunk = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
  return [
    `${request.method} ${oneLine(filled(request.target))} HTTP/1.1`,
    ...request.headers.map(([name, each]) => oneLine(`${name}: ${filled(each)}`)),
    ...framing,
    'Connection: close',
    '',
    request.framing === 'chunked' ? (text ? chunk : '0\r\n\r\n') : text,
  ].join('\r\n')
}
