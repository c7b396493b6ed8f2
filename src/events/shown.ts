/** Shown in place of a value that may be a secret. */
export const HIDDEN = '(hidden)'

const LONGEST = 500

// Values of parameters that have a vocabulary. A client can send anything else in them by mistake.
const WORDS = new Set([
  ...['code', 'token', 'id_token', 'query', 'fragment', 'form_post', 'S256', 'plain'],
  ...['authorization_code', 'refresh_token', 'access_token', 'client_credentials'],
  ...['none', 'login', 'consent', 'select_account', 'allow', 'deny'],
])
const isWord = (value: string) => WORDS.has(value)
const isClientId = (value: string) => /^[0-9a-f-]{32,36}$/.test(value)
const isPublic = () => true

// Every other parameter may be a secret: codes, tokens, verifiers, and whatever an application uses.
const SHOWN_PARAMETERS = new Map<string, (value: string) => boolean>([
  ['action', isWord],
  ['client_id', isClientId],
  ['code_challenge_method', isWord],
  ['error', isPublic],
  ['error_description', isPublic],
  ['grant_type', isWord],
  ['iss', isPublic],
  ['prompt', isWord],
  ['redirect_uri', isPublic],
  ['resource', isPublic],
  ['response_mode', isWord],
  ['response_type', isWord],
  ['scope', isPublic],
  ['token_type_hint', isWord],
])

// Cookies with the names of Access. The emulator's own are of no interest to a client.
const SHOWN_COOKIES = ['CF_Authorization', 'CF_AppSession']

const SHOWN_HEADERS = new Set([
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'allow',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-opener-policy',
  'mcp-protocol-version',
  'referrer-policy',
  'retry-after',
  'vary',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
])

/** Returns parameters without the values that may be secrets. Of a repeated name, the last counts. */
export function shownParameters(pairs: Iterable<[string, string]>): Record<string, string> {
  const shown = [...pairs].map(([name, value]) => [
    name,
    SHOWN_PARAMETERS.get(name)?.(value) ? value.slice(0, LONGEST) : HIDDEN,
  ])
  return Object.fromEntries(shown)
}

/** Returns the headers of a response without the values that may be secrets. */
export function shownHeaders(headers: Headers): [name: string, value: string][] {
  return [...headers].map(([name, value]) => [name, shownHeader(name, value).slice(0, LONGEST)])
}

function shownHeader(name: string, value: string): string {
  if (SHOWN_HEADERS.has(name)) return withoutNonces(value)
  if (name === 'location') return shownLocation(value)
  if (name === 'set-cookie') return shownCookie(value)
  return HIDDEN
}

// The values of a Content-Security-Policy allow the page's own style and script.
function withoutNonces(value: string): string {
  return value.replaceAll(/'nonce-[^']*'/g, "'nonce-...'")
}

function shownCookie(value: string): string {
  const [, cookie = '', attributes = ''] = value.match(/^([^=]*)[^;]*(.*)$/) ?? []
  return `${SHOWN_COOKIES.includes(cookie) ? `${cookie}=${HIDDEN}` : HIDDEN}${attributes}`
}

// A redirect can carry a code, a ticket, or the state of a client.
function shownLocation(value: string): string {
  const [before = '', query] = value.split(/[?#](.*)/s)
  if (query === undefined) return value
  const shown = Object.entries(shownParameters(new URLSearchParams(query)))
  return `${before}?${shown.map(([name, each]) => `${name}=${each}`).join('&')}`
}
