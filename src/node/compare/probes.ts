/** The host that a probe is sent to: the application, or the team domain, which is the issuer. */
export type Place = 'application' | 'team'

/**
 * A part of a response that is compared: the status, a header, the title of a page, a member of a JSON
 * body, the names of all members, or the members that no other expectation of the probe names.
 */
export type Part =
  | 'status'
  | 'title'
  | 'names of members'
  | 'other members'
  | `header ${string}`
  | `member ${string}`

/** Parts with the row of docs/fidelity.md that describes them, and what a difference would mean. */
export type Expectation = {
  parts: Part[]
  row: string
  /** The row that counts while Managed OAuth is off. */
  off?: string
  means: string
}

/** The endpoints of the authorization server, with their names in its metadata. */
export type EndpointName = 'authorization' | 'token' | 'registration' | 'revocation'

/**
 * A request that no server can take for more than a question. Every value that looks like a credential is
 * made up. In texts, `{path}` is the path of the named application, `{application}` its origin, `{issuer}`
 * the path of the issuer, which Access does not have, and `{uuid}` a made-up client_id.
 */
export type Probe = {
  id: string
  title: string
  method: 'GET' | 'HEAD' | 'POST' | 'OPTIONS'
  /** The path at one of the hosts, or an endpoint that the metadata names. */
  to: { at: Place; path: string } | { endpoint: EndpointName }
  headers?: Record<string, string>
  query?: Record<string, string>
  /** The body: a form, or a text of the Content-Type in `headers`. */
  form?: Record<string, string>
  text?: string
  compares: Expectation[]
  /** Sent only with --register. */
  needs?: 'register'
}

const MCP = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
// The lightest request of JSON-RPC. A server that is not behind Access responds and does nothing.
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}
const ORIGIN = { origin: 'https://client.example' }
const CHALLENGE = 'header www-authenticate'
const ALLOWS = 'header access-control-allow-origin'
const OTHERS = 'other members'

const challenge = (row: string, who: string, off = 'U10'): Expectation[] => [
  { parts: ['status'], row, off, means: `${who} begin OAuth only after a 401.` },
  { parts: [CHALLENGE], row, off, means: 'Clients find the authorization server by this header.' },
]

const CHALLENGES: Probe[] = [
  {
    id: 'challenge',
    title: 'A request without a credential',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: { accept: '*/*' },
    compares: [
      { parts: ['status'], row: 'U1', off: 'U10', means: 'Clients begin OAuth only after a 401.' },
      {
        parts: [CHALLENGE],
        row: 'U2',
        off: 'U10',
        means: 'Clients find the authorization server by this header.',
      },
      {
        parts: ['member error', 'member error_description', 'member resource_metadata', OTHERS],
        row: 'U3',
        off: 'U10',
        means: 'Clients that show the body show another text.',
      },
      { parts: ['header location'], row: 'U1', off: 'U11', means: 'Clients are led to a login.' },
    ],
  },
  {
    id: 'challenge-deep-path',
    title: 'A request for a deeper path',
    method: 'GET',
    to: { at: 'application', path: '{path}/a/b' },
    headers: { accept: '*/*' },
    compares: challenge('U4', 'Clients of a deeper path'),
  },
  {
    id: 'challenge-root',
    title: 'A request for the root',
    method: 'GET',
    to: { at: 'application', path: '/' },
    headers: { accept: '*/*' },
    compares: challenge('U5', 'Clients of the root'),
  },
  {
    id: 'challenge-mcp',
    title: 'The first request of an MCP client',
    method: 'POST',
    to: { at: 'application', path: '{path}' },
    headers: MCP,
    text: PING,
    compares: challenge('U6', 'MCP clients'),
  },
  {
    id: 'challenge-head',
    title: 'HEAD without a credential',
    method: 'HEAD',
    to: { at: 'application', path: '{path}' },
    compares: challenge('U1', 'Clients that probe with HEAD'),
  },
  {
    id: 'challenge-navigation',
    title: 'A browser opens a page',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: NAVIGATION,
    compares: [
      { parts: ['status'], row: 'U7', means: 'Browsers are not led to the login.' },
      { parts: ['header location'], row: 'U7', means: 'Browsers are led to another login.' },
    ],
  },
  {
    id: 'challenge-json',
    title: 'A script that accepts JSON',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: { accept: 'application/json', 'sec-fetch-mode': 'cors' },
    compares: challenge('U6', 'Scripts', 'U14'),
  },
  {
    id: 'challenge-xhr',
    title: 'A script with X-Requested-With',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: { 'x-requested-with': 'XMLHttpRequest' },
    compares: challenge('U6', 'Scripts with X-Requested-With', 'U15'),
  },
  {
    id: 'garbage-bearer',
    title: 'A malformed bearer token',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: { authorization: 'Bearer not-a-token' },
    compares: challenge('U8', 'Clients with a malformed token'),
  },
  {
    id: 'foreign-bearer',
    title: 'A made-up token of the right form',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: { authorization: `Bearer oauth:${'made-up-'.repeat(8)}x` },
    compares: challenge('U8', 'Clients with a token of another server'),
  },
  {
    id: 'made-up-service-token',
    title: 'A made-up service token',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: {
      'cf-access-client-id': `${'0'.repeat(32)}.access`,
      'cf-access-client-secret': '0'.repeat(64),
    },
    compares: challenge('U17', 'Machines with a wrong secret', 'U18'),
  },
  {
    id: 'forged-assertion',
    title: 'A forged assertion',
    method: 'GET',
    to: { at: 'application', path: '{path}' },
    headers: { 'cf-access-jwt-assertion': 'e30.e30.e30' },
    compares: challenge('O6', 'Callers with a forged assertion'),
  },
]

const resource = (row: string, off?: string): Expectation[] => [
  {
    parts: ['member resource'],
    row: row === 'M2' ? 'M4' : row,
    ...(off && { off }),
    means: 'Clients compare resource with the URL that they were given.',
  },
  {
    parts: ['member authorization_servers'],
    row,
    ...(off && { off }),
    means: 'Clients sign in at another server.',
  },
  {
    parts: ['member authentication_methods'],
    row: row === 'M2' ? 'M6' : row,
    off: off ?? 'M5',
    means: 'Clients choose another way to authenticate.',
  },
  { parts: [OTHERS], row, ...(off && { off }), means: 'Clients read other facts of the resource.' },
]

const DISCOVERY: Probe[] = [
  {
    id: 'resource-metadata',
    title: 'The protected resource metadata of Access',
    method: 'GET',
    to: { at: 'application', path: '/.well-known/cloudflare-access-protected-resource{path}' },
    compares: [
      { parts: ['status'], row: 'M1', means: 'Clients cannot read where to authorize.' },
      ...resource('M2'),
    ],
  },
  {
    id: 'resource-metadata-root',
    title: 'The protected resource metadata of Access, for the root',
    method: 'GET',
    to: { at: 'application', path: '/.well-known/cloudflare-access-protected-resource/' },
    compares: [
      { parts: ['status'], row: 'M1', means: 'Clients cannot read where to authorize.' },
      ...resource('M3'),
    ],
  },
  {
    id: 'rfc-9728',
    title: 'The protected resource metadata of RFC 9728',
    method: 'GET',
    to: { at: 'application', path: '/.well-known/oauth-protected-resource{path}' },
    compares: [
      {
        parts: ['status'],
        row: 'M7',
        off: 'M8',
        means: 'Clients that ignore resource_metadata fail or succeed.',
      },
      ...resource('M7', 'M8'),
    ],
  },
  {
    id: 'server-metadata',
    title: "The authorization server's metadata at the team domain",
    method: 'GET',
    to: { at: 'team', path: '/.well-known/oauth-authorization-server{issuer}' },
    compares: [
      { parts: ['status'], row: 'M9', means: 'Clients cannot find the endpoints.' },
      { parts: ['member issuer'], row: 'M12', means: 'Clients reject another issuer.' },
      {
        parts: [
          'member authorization_endpoint',
          'member token_endpoint',
          'member revocation_endpoint',
        ],
        row: 'M13',
        means: 'Clients send their requests elsewhere.',
      },
      {
        parts: ['member registration_endpoint'],
        row: 'M15',
        means: 'Clients register, or need a client_id from their user.',
      },
      {
        parts: [
          'member response_types_supported',
          'member response_modes_supported',
          'member grant_types_supported',
          'member token_endpoint_auth_methods_supported',
          'member code_challenge_methods_supported',
        ],
        row: 'M14',
        means: 'Clients choose by these lists, and some refuse a server without S256.',
      },
      { parts: [OTHERS], row: 'M16', means: 'Clients use capabilities that they find here.' },
    ],
  },
  {
    id: 'server-metadata-application',
    title: "The authorization server's metadata at the application",
    method: 'GET',
    to: { at: 'application', path: '/.well-known/oauth-authorization-server' },
    compares: [
      {
        parts: ['status'],
        row: 'M10',
        off: 'M11',
        means: 'Clients that look at the application fail or succeed.',
      },
      {
        parts: ['member issuer', OTHERS],
        row: 'M10',
        off: 'M11',
        means: 'Such clients read another issuer, or other endpoints.',
      },
    ],
  },
  {
    id: 'metadata-cors',
    title: 'A web page reads the metadata',
    method: 'GET',
    to: { at: 'team', path: '/.well-known/oauth-authorization-server{issuer}' },
    headers: ORIGIN,
    compares: [{ parts: [ALLOWS], row: 'M17', means: 'Clients in a browser cannot sign in.' }],
  },
  {
    id: 'token-preflight',
    title: 'A preflight of the token endpoint',
    method: 'OPTIONS',
    to: { endpoint: 'token' },
    headers: {
      ...ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
    compares: [
      { parts: ['status'], row: 'M17', means: 'Clients in a browser cannot redeem a code.' },
      { parts: [ALLOWS], row: 'M17', means: 'Clients in a browser cannot redeem a code.' },
    ],
  },
  {
    id: 'application-preflight',
    title: 'A preflight of the application',
    method: 'OPTIONS',
    to: { at: 'application', path: '{path}' },
    headers: {
      ...ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
    compares: [
      { parts: ['status'], row: 'O17', means: 'Clients in a browser cannot call the application.' },
      { parts: [ALLOWS], row: 'O17', means: 'Clients in a browser cannot call the application.' },
    ],
  },
  {
    id: 'certs',
    title: 'The published keys',
    method: 'GET',
    to: { at: 'team', path: '/cdn-cgi/access/certs' },
    compares: [
      { parts: ['status'], row: 'O11', means: 'Origins cannot verify assertions.' },
      {
        parts: ['names of members'],
        row: 'O11',
        means: 'Origins read the keys from other members.',
      },
    ],
  },
]

const JSON_TYPE = { 'content-type': 'application/json' }

const refused = (row: string): Expectation[] => [
  { parts: ['status'], row, means: 'Clients decide by the status whether to try again.' },
  {
    parts: ['member error', 'member error_description', OTHERS],
    row,
    means: 'Clients decide by the error code, and show its text.',
  },
]

// Registrations that cannot succeed anywhere: RFC 7591 2 requires redirect_uris for the code flow.
const REGISTRATIONS: Probe[] = [
  {
    id: 'registration-not-json',
    title: 'A registration that is not JSON',
    method: 'POST',
    to: { endpoint: 'registration' },
    headers: JSON_TYPE,
    text: 'not JSON',
    compares: refused('W1'),
  },
  {
    id: 'registration-without-uris',
    title: 'A registration without redirect_uris',
    method: 'POST',
    to: { endpoint: 'registration' },
    headers: JSON_TYPE,
    text: '{"redirect_uris":[]}',
    compares: refused('W2'),
  },
  {
    id: 'registration-get',
    title: 'GET of the registration endpoint',
    method: 'GET',
    to: { endpoint: 'registration' },
    compares: refused('W3'),
  },
  {
    id: 'registration-not-allowed',
    title: 'A registration with a redirect URI that is not allowed',
    method: 'POST',
    to: { endpoint: 'registration' },
    headers: JSON_TYPE,
    text: '{"client_name":"access-oauth-emulator compare","redirect_uris":["https://compare.invalid/callback"]}',
    compares: refused('R5'),
    needs: 'register',
  },
]

const CALLBACK = 'https://compare.invalid/callback'
const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const redirected = (row: string): Expectation[] => [
  { parts: ['status'], row, means: 'The person is led elsewhere.' },
  { parts: ['header location'], row, means: 'The client receives another error, or none.' },
  { parts: ['title'], row, means: 'The person sees another page.' },
]

// Each fails before a login, because the client does not exist.
const AUTHORIZATIONS: Probe[] = [
  {
    id: 'authorization-without-resource',
    title: 'An authorization without resource, of an unknown client',
    method: 'GET',
    to: { endpoint: 'authorization' },
    query: {
      response_type: 'code',
      client_id: '{uuid}',
      redirect_uri: CALLBACK,
      code_challenge: CODE_CHALLENGE,
      code_challenge_method: 'S256',
      state: 'compare',
    },
    compares: redirected('A2'),
  },
  {
    id: 'authorization-unknown-client',
    title: 'An authorization of an unknown client',
    method: 'GET',
    to: { endpoint: 'authorization' },
    query: {
      response_type: 'code',
      client_id: '{uuid}',
      redirect_uri: CALLBACK,
      code_challenge: CODE_CHALLENGE,
      code_challenge_method: 'S256',
      state: 'compare',
      resource: '{application}',
    },
    compares: redirected('W9'),
  },
  {
    id: 'authorization-empty',
    title: 'An authorization without any parameter',
    method: 'GET',
    to: { endpoint: 'authorization' },
    compares: redirected('W4'),
  },
]

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

const TOKENS: Probe[] = [
  {
    id: 'token-made-up-code',
    title: 'A made-up code',
    method: 'POST',
    to: { endpoint: 'token' },
    headers: FORM,
    form: {
      grant_type: 'authorization_code',
      code: 'made-up',
      client_id: '{uuid}',
      redirect_uri: CALLBACK,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    },
    compares: refused('W5'),
  },
  {
    id: 'token-made-up-refresh-token',
    title: 'A made-up refresh token',
    method: 'POST',
    to: { endpoint: 'token' },
    headers: FORM,
    form: {
      grant_type: 'refresh_token',
      refresh_token: `oauth:${'made-up-'.repeat(8)}x`,
      client_id: '{uuid}',
    },
    compares: refused('W5'),
  },
  {
    id: 'token-unknown-grant-type',
    title: 'A grant type that does not exist',
    method: 'POST',
    to: { endpoint: 'token' },
    headers: FORM,
    form: { grant_type: 'compare', client_id: '{uuid}' },
    compares: refused('W5'),
  },
  {
    id: 'token-empty',
    title: 'A token request without parameters',
    method: 'POST',
    to: { endpoint: 'token' },
    headers: FORM,
    form: {},
    compares: refused('W6'),
  },
  {
    id: 'token-cors',
    title: 'A web page reads the error of a token request',
    method: 'POST',
    to: { endpoint: 'token' },
    headers: { ...FORM, ...ORIGIN },
    form: { grant_type: 'authorization_code', code: 'made-up', client_id: '{uuid}' },
    compares: [
      { parts: [ALLOWS], row: 'M17', means: 'Clients in a browser cannot read the error.' },
    ],
  },
  {
    id: 'token-get',
    title: 'GET of the token endpoint',
    method: 'GET',
    to: { endpoint: 'token' },
    compares: refused('W7'),
  },
  {
    id: 'revocation-made-up',
    title: 'The revocation of a made-up token',
    method: 'POST',
    to: { endpoint: 'revocation' },
    headers: FORM,
    form: { token: `oauth:${'made-up-'.repeat(8)}x`, client_id: '{uuid}' },
    compares: refused('W8'),
  },
]

/** The requests of `compare`, in the order in which they are sent. */
export const PROBES: Probe[] = [
  ...CHALLENGES,
  ...DISCOVERY,
  ...REGISTRATIONS,
  ...AUTHORIZATIONS,
  ...TOKENS,
]
