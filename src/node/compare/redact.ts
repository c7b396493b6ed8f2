import { printable } from '../text.ts'
import type { Exchange, Site } from './site.ts'

/** Replaces everything in a text that could be secret or name somebody by placeholders. */
export type Redact = (text: string) => string

const LONGEST_TEXT = 600

// Values of these parameters are words of the protocol. Their texts are redacted as all others.
const READABLE_PARAMETERS =
  /^(error|error_description|error_uri|response_type|response_mode|code_challenge_method|grant_type|redirect_url|iss)$/
const PARAMETER = /([?&;]|%3F|%26)([\w.-]+)(=|%3D)((?:(?!%26)[^&\s"'<>;])*)/gi
const ASSIGNMENT =
  /\b(\w*(?:token|secret|password|passwd|code|key|session|nonce|cookie|user|email|name|id))(["']?\s*[=:]\s*["']?)([^\s"',;:&]+)/gi

// In the order in which they are replaced: a JSON Web Token contains what looks like other tokens.
const PATTERNS: [RegExp, string][] = [
  [/\bey[\w-]{5,}(?:\.[\w-]*){1,4}/g, '{jwt}'],
  [/\boauth:[\w-]+/g, '{token}'],
  [/\bcf[a-z]{2,4}_[\w.-]{8,}/g, '{token}'],
  [/[\w.+%-]+(?:@|%40)[\w-]+(?:(?:\.|%2E)[\w-]+)*/gi, '{email}'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '{uuid}'],
  [/\b[\da-f]{12,}\b/gi, '{hex}'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '{address}'],
  [/(?<![\w:])(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}(?![\w:])/gi, '{address}'],
  [/\d{6,}/g, '{number}'],
]
const HOST = /\b(?:[\w-]+\.)+[a-z][\w-]+\b/gi
// Longer words are no words of a language, unless the emulator sends them too.
const LONG = 16
const LONG_WORD = /[\w+/~=-]{16,}/g
// Shorter ones are suspicious if they mix digits or capital letters into small ones.
const MIXED_WORD = /\b(?=\w*[a-z])(?=\w*(?:\d|[a-z][A-Z]))\w{7,}\b/g

// Error codes and members of metadata that other servers send and the emulator does not (RFC 6749, 6750,
// 7009, 7591, 8414, 8628, 9126, 9207, 9728; OpenID Connect Discovery).
const PROTOCOL_WORDS =
  `unauthorized_client unsupported_grant_type unsupported_response_type invalid_redirect_uri
  insufficient_scope temporarily_unavailable unsupported_token_type invalid_software_statement
  unapproved_software_statement scopes_supported jwks_uri introspection_endpoint userinfo_endpoint
  introspection_endpoint_auth_methods_supported revocation_endpoint_auth_methods_supported
  token_endpoint_auth_signing_alg_values_supported client_id_metadata_document_supported
  authorization_response_iss_parameter_supported registration_client_uri registration_access_token
  device_authorization_endpoint pushed_authorization_request_endpoint end_session_endpoint
  require_pushed_authorization_requests subject_types_supported claims_supported claim_types_supported
  id_token_signing_alg_values_supported request_uri_parameter_supported request_parameter_supported
  claims_parameter_supported bearer_methods_supported resource_documentation resource_name
  resource_policy_uri dpop_signing_alg_values_supported prompt_values_supported acr_values_supported
  authentication_method authentication_method_description authentication_method_documentation
  client_secret_basic client_secret_post client_secret_jwt private_key_jwt form_post fragment`.split(
    /\s+/,
  )

/** Returns the words of the emulator's own responses, which are no secret. */
export function vocabularyOf(exchanges: Exchange[]): ReadonlySet<string> {
  const texts = exchanges.flatMap(({ response }) =>
    response ? [response.body, ...response.headers.values()] : [],
  )
  const known = new Set(PROTOCOL_WORDS)
  for (const text of texts) {
    for (const pattern of [HOST, MIXED_WORD, /[\w+~=-]+/g, /\w+/g]) {
      for (const [word] of text.matchAll(pattern)) known.add(word)
    }
  }
  return known
}

/**
 * Returns the redaction for the responses of a site. Its own hosts become `{application}` and `{team}`, so
 * that two sites can be compared. Equal values have equal placeholders.
 *
 * @param known words that stay
 */
export function redactor(site: Site, known: ReadonlySet<string>): Redact {
  const own = namesOf(site)
  const isKnown = (word: string) => word.length < LONG || known.has(word)
  const replaceUnknown = (placeholder: string) => (word: string) =>
    known.has(word) ? word : placeholder
  return function redact(text) {
    let found = printable(text.slice(0, LONGEST_TEXT))
    for (const [name, placeholder] of own) found = found.replace(name, placeholder)
    found = found.replace(PARAMETER, (whole, start, name, equals, value) =>
      READABLE_PARAMETERS.test(name) || value === '' ? whole : `${start}${name}${equals}{value}`,
    )
    found = found.replace(ASSIGNMENT, (whole, name, equals, value) =>
      known.has(value) || value.startsWith('{') ? whole : `${name}${equals}{value}`,
    )
    for (const [pattern, placeholder] of PATTERNS) found = found.replace(pattern, placeholder)
    return found
      .replace(HOST, replaceUnknown('{host}'))
      .replace(LONG_WORD, (word) => (word.split('/').every(isKnown) ? word : '{word}'))
      .replace(MIXED_WORD, replaceUnknown('{word}'))
  }
}

// Origins before hosts before the names in them.
function namesOf({ application, team }: Site): [RegExp, string][] {
  const origins: [string, string][] = [[application.origin, '{application}']]
  if (team && team.origin !== application.origin) origins.push([team.origin, '{team}'])
  const hosts = origins.flatMap(([origin, placeholder]): [string, string][] => {
    const { host, hostname } = new URL(origin)
    const bare = placeholder.replace('}', ' host}')
    return [
      [host, bare],
      [hostname, bare],
    ]
  })
  const isNamed = team?.hostname.endsWith('.cloudflareaccess.com')
  const name = isNamed ? team?.hostname.split('.')[0] : undefined
  return [...origins, ...hosts, ...(name ? ([[name, '{team name}']] as [string, string][]) : [])]
    .flatMap(([text, placeholder]): [string, string][] => [
      [text, placeholder],
      [encodeURIComponent(text), placeholder],
    ])
    .toSorted(([one], [other]) => other.length - one.length)
    .map(([text, placeholder]) => [
      new RegExp(`(?<![\\w-])${escaped(text)}(?![\\w-])`, 'gi'),
      placeholder,
    ])
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
