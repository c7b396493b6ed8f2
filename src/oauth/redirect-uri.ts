const PARSED = Symbol('parsed')

/** A redirect URI that everybody who reads it reads alike, made by `parseRedirectUri` alone. */
export type RedirectUri = {
  /** As it was written: redirects and comparisons use the text. */
  readonly text: string
  readonly url: URL
  readonly problem?: undefined
  readonly [PARSED]: true
}

/** A text that is not usable as a redirect URI, whatever the account's rules allow. */
export type UnusableRedirectUri = { readonly text: string; readonly problem: string }

// Schemes that run or read something in the browser instead of handing a code to a client.
const FORBIDDEN_SCHEMES = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:']

/**
 * Parses a redirect URI, or says what makes the text unusable as one.
 *
 * A URI has to be written the way a URL parser writes it back. That leaves no room for look-alikes:
 * two readers of the text (this one, a browser, the client) cannot understand different hosts or
 * paths, and rules may compare text. Refused so: upper-case or Unicode hosts, `127.1`, dot segments
 * in any encoding, backslashes, userinfo, white space.
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
  if (FORBIDDEN_SCHEMES.includes(url.protocol)) return `uses the scheme ${url.protocol}`
  if (text.includes('#')) return 'has a fragment'
  if (url.username || url.password || /^[^/?]*\/\/[^/?]*@/.test(text)) return 'has user information'
  if (/%(2f|5c|2e|00)/i.test(url.pathname)) return 'has an encoded slash, dot or NUL in its path'
  const plain = withoutDefaultPort(text)
  if (url.href !== plain && url.href !== `${plain}/`) return `is not written as ${url.href}`
  // RFC 3986 2: a URL parser keeps others in a query or behind a custom scheme.
  if (/[^\w\-.~:/?#[\]@!$&'()*+,;=%]/.test(text)) return 'has characters that no URI has'
  return undefined
}

/** Whether `text` is an http or https URI that may be shown and linked (client_uri, logo_uri, ...). */
export function isWebUri(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    !url.username &&
    !url.password &&
    // A host is said in headers too (a Content-Security-Policy), where other characters mean something.
    /^([\w.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)
  )
}

// A URL parser leaves out the port that the scheme has anyway; a client may spell it out.
function withoutDefaultPort(text: string): string {
  return text.replace(/^(http:\/\/[^/?]*):80(?=[/?]|$)|^(https:\/\/[^/?]*):443(?=[/?]|$)/, '$1$2')
}

// RFC 6749 4.1.2, 4.1.2.1 and RFC 9207 2: what an answer says, and nobody else.
const OF_THE_ANSWER = ['code', 'state', 'error', 'error_description', 'error_uri', 'iss']

/**
 * The redirect URI with the response's parameters added to its query.
 *
 * The registered text is kept as it is: parsing and printing could change a custom scheme. Only what
 * an answer's own parameters are called is dropped from its query, in every answer: RFC 6749 3.1 has no
 * parameter twice, and a success with an `error` in it would be none. Assumed: Access undocumented.
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
  const kept = own.split('&').filter((pair) => pair !== '' && !isOfTheAnswer(pair))
  return `${base}?${[...kept, query].join('&')}`
}

function isOfTheAnswer(pair: string): boolean {
  return [...new URLSearchParams(`&${pair}`).keys()].some((name) => OF_THE_ANSWER.includes(name))
}
