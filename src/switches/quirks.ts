/** The parts of the product that quirks change, in the order of a flow. */
export const QUIRK_GROUPS = [
  'Discovery',
  'Registration',
  'Login and logout',
  'Authorization',
  'Tokens',
  'MCP portals',
  'Lists of quirks',
] as const
type QuirkGroup = (typeof QUIRK_GROUPS)[number]

/**
 * The quirks: variants of the product that were documented or observed, each a switch. The control and the
 * console read this table, and a test compares docs/control.md with it.
 *
 * `how` is the place where a quirk is applied: to the settings and the configuration, before anything reads
 * them (`settings/overlay.ts`), or in the handler that it changes (`quirks.has`). A `list` stands for
 * several quirks. Each source names the rows of docs/fidelity.md that the quirk departs from.
 */
export const QUIRKS = {
  'https-redirect-rules': {
    group: 'Registration',
    how: 'setting',
    what: 'Redirect rules must use https. `allowed_uris` with another scheme are refused, and existing ones match nothing.',
    source: "Cloudflare's documentation in April 2026, instead of K9",
  },
  'flat-protected-resource': {
    group: 'Discovery',
    how: 'handler',
    what: 'The protected resource metadata names one method in flat members instead of the list.',
    source: "Cloudflare's documentation in April 2026 (M18), instead of M2",
  },
  'pkce-challenge-start': {
    group: 'Authorization',
    how: 'handler',
    what: 'A `code_challenge` that begins with `-` or `_` is refused with the S256 message.',
    source: 'P18, instead of A6',
  },
  'refresh-grace': {
    group: 'Tokens',
    how: 'setting',
    what: 'A rotated refresh token is accepted for another minute, and returns the same successor.',
    source: 'P9; undocumented for Access, instead of T13',
  },
  'refuse-reuse': {
    group: 'Tokens',
    how: 'setting',
    what: 'Reuse of a rotated refresh token is refused, but does not end its grant.',
    source: 'undocumented for Access, instead of T13',
  },
  'iss-in-response': {
    group: 'Authorization',
    how: 'handler',
    what: 'The authorization response includes `iss`, and the metadata announces it.',
    source: 'RFC 9207; MCP 2026-07-28 asks for it, but Access was not observed to send it (A10)',
  },
  'rfc7591-errors': {
    group: 'Registration',
    how: 'handler',
    what: 'Registration refuses a redirect URI that is not allowed with `invalid_redirect_uri`.',
    source: 'RFC 7591 3.2.2, instead of the observed error (R5)',
  },
  'consent-remembered': {
    group: 'Authorization',
    how: 'handler',
    what: 'A person who has allowed a client for an application does not see the consent page again.',
    source: 'a common expectation, instead of P8, A8',
  },
  'long-lived-codes': {
    group: 'Tokens',
    how: 'setting',
    what: 'Authorization codes are valid for six hours.',
    source: 'one observation of a code redeemed six hours later, instead of T8',
  },
  'strict-revocation': {
    group: 'Tokens',
    how: 'setting',
    what: '`revoke_user` and `revoke_tokens` end grants immediately.',
    source: 'a common expectation, instead of P21, T15, T16',
  },
  'dashboard-portals': {
    group: 'MCP portals',
    how: 'handler',
    what: 'Creating an MCP server or portal through the API creates its Access application too, with a policy for everybody.',
    source: 'what the dashboard does (MP21)',
  },
  'full-server-updates': {
    group: 'MCP portals',
    how: 'handler',
    what: 'An update of an MCP server changes its `hostname`, and may have `hostname` or `auth_type` as its only member.',
    source: 'a common expectation, instead of MP5, MP6',
  },
  'upstream-resource-verbatim': {
    group: 'MCP portals',
    how: 'handler',
    what: 'A portal that refreshes tokens at a server sends `resource` exactly as the server has it.',
    source: 'RFC 8707 2, instead of the normalized URL (MP68)',
  },
  'upstream-registered-authentication': {
    group: 'MCP portals',
    how: 'handler',
    what: 'A portal authenticates at the token endpoint of a server by the method that it registered.',
    source: 'RFC 7591 2, instead of Basic in every case (MP69)',
  },
  'upstream-registers-again': {
    group: 'MCP portals',
    how: 'handler',
    what: 'A portal whose client a server refuses with `invalid_client` registers a new one at the next sign-in.',
    source: 'a common expectation, instead of no new registration (MP71)',
  },
  'path-scoped-pin': {
    group: 'Login and logout',
    how: 'handler',
    what: 'One-time PINs fail for applications with a path: "Unable to find your Access application!"',
    source: 'P12, instead of the PIN page',
  },
  'logout-bounce': {
    group: 'Login and logout',
    how: 'handler',
    what: "The first authorization after a logout ends at the application's root, and never at the callback.",
    source: 'P31, instead of A10',
  },
  'login-after-session': {
    group: 'Login and logout',
    how: 'handler',
    what: 'An authorization needs a new login once `grant.session_duration` has passed since the last one, also while the browser is signed in.',
    source: "Cloudflare's documentation, instead of A9 after the end of a session (T17)",
  },
  'metadata-of-host': {
    group: 'Discovery',
    how: 'handler',
    what: "The metadata on an application's host has the issuer and the `resource` of the URL that was requested.",
    source: 'RFC 8414 3.3, RFC 9728 3.3, instead of M3, M10 (P19)',
  },
  'default-resource': {
    group: 'Authorization',
    how: 'handler',
    what: 'An authorization without `resource` is for the application whose metadata the client read, or for the only one.',
    source: 'MCP 2025-03-26, which has no `resource`, instead of A1',
  },
  'no-registration-uri': {
    group: 'Registration',
    how: 'handler',
    what: 'The registration response has no `registration_client_uri`, because it has no `registration_access_token` either.',
    source: 'RFC 7592 3, instead of R4 (P29)',
  },
  'by-the-book': {
    group: 'Lists of quirks',
    how: 'list',
    what: 'Everything that a strict client needs and Access does not do: the quirks `metadata-of-host`, `iss-in-response`, `rfc7591-errors`, `default-resource` and `no-registration-uri`.',
    source: 'RFC 7591, 7592, 8414, 9207 and 9728, instead of A1, A10, M3, M10, R4, R5',
    quirks: [
      'metadata-of-host',
      'iss-in-response',
      'rfc7591-errors',
      'default-resource',
      'no-registration-uri',
    ],
  },
} as const satisfies Record<string, Quirk>

type Quirk = { group: QuirkGroup; what: string; source: string } & (
  | { how: 'setting' | 'handler' }
  /** A name for several quirks. */
  | { how: 'list'; quirks: readonly string[] }
)

export type QuirkName = keyof typeof QUIRKS
/** The names of the quirks that are applied to the settings. */
export type SettingQuirk = {
  [Name in QuirkName]: (typeof QUIRKS)[Name]['how'] extends 'setting' ? Name : never
}[QuirkName]
export const QUIRK_NAMES = Object.keys(QUIRKS) as QuirkName[]

export type Quirks = ReadonlySet<QuirkName>

/**
 * Returns the quirks that are on. A list turns its quirks on, except those that were switched off one by
 * one.
 *
 * @param seed the quirks of the setting `QUIRKS`
 * @param switched the quirks switched on or off at run time
 */
export function quirksOn(
  seed: readonly QuirkName[],
  switched: Partial<Record<QuirkName, boolean>>,
): Quirks {
  const isOn = (name: QuirkName) => switched[name] ?? seed.includes(name)
  const listed = QUIRK_NAMES.filter(isOn).flatMap((name) => listOf(name))
  return new Set(
    QUIRK_NAMES.filter((name) => switched[name] ?? (isOn(name) || listed.includes(name))),
  )
}

/** Returns the quirks that a list stands for; none for any other quirk. */
export function listOf(name: QuirkName): readonly QuirkName[] {
  const quirk = QUIRKS[name]
  return quirk.how === 'list' ? quirk.quirks : []
}
