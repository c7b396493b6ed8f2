/**
 * The form of a redirect URI, and the redirect to it. Whether a URI is allowed is decided elsewhere:
 * `access/redirect-rules.ts` for Managed OAuth, `account/oauth/redirect-match.ts` for the dashboard.
 */
const PARSED = Symbol('parsed')

/** A redirect URI that every parser reads alike. Only `parseRedirectUri` creates one. */
export type RedirectUri = {
  /** The text as the client wrote it, which redirects and comparisons use. */
  readonly text: string
  readonly url: URL
  readonly problem?: undefined
  readonly [PARSED]: true
}

/** A text that cannot be a redirect URI, whatever the rules of the account allow. */
export type UnusableRedirectUri = { readonly text: string; readonly problem: string }

// These schemes run or read something in the browser instead of passing a code to a client.
const FORBIDDEN_SCHEMES = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:']

/**
 * Parses a redirect URI, or returns the problem that makes the text unusable as one.
 *
 * The text has to equal what a URL parser would serialize. Two parsers (this one, a browser, the
 * client) then cannot read different hosts or paths from it, and rules may compare text. This rejects
 * upper-case and Unicode hosts, `127.1`, encoded and plain dot segments, backslashes, user information
 * and white space.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2 (absolute, no fragment)
 */
export function parseRedirectUri(text: string): RedirectUri | UnusableRedirectUri {
  const url = URL.parse(text)
  const problem = problemOf(text, url)
  if (url && problem === undefined) return { text, url, [PARSED]: true }
  return { text, problem: problem ?? NOT_ABSOLUTE }
}

const NOT_ABSOLUTE = 'is not an absolute URI'

function problemOf(text: string, url: URL | null): string | undefined {
  if (text.length > 2048) return 'is longer than 2048 characters'
  if (!url) return NOT_ABSOLUTE
  if (FORBIDDEN_SCHEMES.includes(url.protocol)) return `uses the forbidden scheme ${url.protocol}`
  if (text.includes('#')) return 'has a fragment'
  if (hasUserInformation(text, url)) return 'has user information'
  if (/%(2f|5c|2e|00)/i.test(url.pathname)) return 'has an encoded slash, dot or NUL in its path'
  const plain = withoutDefaultPort(text)
  if (url.href !== plain && url.href !== `${plain}/`)
    return `is not in normal form, expected ${url.href}`
  // A URL parser keeps other characters in a query or after a custom scheme.
  if (!hasUriCharacters(text)) return 'contains characters that are not allowed in a URI'
  return undefined
}

/** Returns whether a text has only characters that a URI can have (RFC 3986 2). */
export function hasUriCharacters(text: string): boolean {
  return !/[^\w\-.~:/?#[\]@!$&'()*+,;=%]/.test(text)
}

/** Returns whether a URI has user information, even if that is empty, which a URL parser drops. */
export function hasUserInformation(text: string, url: URL): boolean {
  return url.username !== '' || url.password !== '' || /^[^/?]*\/\/[^/?]*@/.test(text)
}

/** Returns whether a URI may be shown and linked (client_uri, logo_uri, ...): http or https. */
export function isWebUri(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    !url.username &&
    !url.password &&
    // The host also goes into a Content-Security-Policy, where other characters have a meaning.
    /^([\w.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)
  )
}

// A URL parser omits the default port of the scheme; a client may write it.
function withoutDefaultPort(text: string): string {
  return text.replace(/^(http:\/\/[^/?]*):80(?=[/?]|$)|^(https:\/\/[^/?]*):443(?=[/?]|$)/, '$1$2')
}

// RFC 6749 4.1.2, 4.1.2.1 and RFC 9207 2.
const RESPONSE_PARAMETERS = ['code', 'state', 'error', 'error_description', 'error_uri', 'iss']

/**
 * Adds the parameters of an authorization response to the query of the redirect URI.
 *
 * The registered text is kept, because serializing it again could change a custom scheme. Only
 * parameters with the name of a response parameter are removed from its own query: RFC 6749 3.1 forbids
 * repeated parameters, and a success response must not carry an `error`. Assumed: Access undocumented.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
 */
export function redirectWith(
  redirectUri: RedirectUri,
  parameters: Record<string, string | undefined>,
): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value)
  }
  const [base = '', own = ''] = redirectUri.text.split(/\?(.*)/s)
  const kept = own.split('&').filter((pair) => pair !== '' && !hasResponseParameter(pair))
  return `${base}?${[...kept, query].join('&')}`
}

function hasResponseParameter(pair: string): boolean {
  const [name = ''] = new URLSearchParams(`&${pair}`).keys()
  return RESPONSE_PARAMETERS.includes(name)
}
