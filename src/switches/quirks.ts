/**
 * The quirks: variants of the product that were documented or observed, each a switch. The control and the
 * console read this table, and a test compares docs/control.md with it.
 *
 * `how` is the place where a quirk is applied: to the settings and the configuration, before anything reads
 * them (`settings/overlay.ts`), or in the handler that it changes (`quirks.has`).
 */
export const QUIRKS = {
  'https-redirect-rules': {
    how: 'setting',
    what: 'Redirect rules must use https. `allowed_uris` with another scheme are refused, and existing ones match nothing.',
    source: "Cloudflare's documentation in April 2026",
  },
  'flat-protected-resource': {
    how: 'handler',
    what: 'The protected resource metadata names one method in flat members instead of the list.',
    source: "Cloudflare's documentation in April 2026",
  },
  'pkce-challenge-start': {
    how: 'handler',
    what: 'A `code_challenge` that begins with `-` or `_` is refused with the S256 message.',
    source: 'P18',
  },
  'refresh-grace': {
    how: 'setting',
    what: 'A rotated refresh token is accepted for another minute, and returns the same successor.',
    source: 'P9; undocumented for Access',
  },
  'refuse-reuse': {
    how: 'setting',
    what: 'Reuse of a rotated refresh token is refused, but does not end its grant.',
    source: 'undocumented for Access',
  },
  'iss-in-response': {
    how: 'handler',
    what: 'The authorization response includes `iss`, and the metadata announces it.',
    source: 'RFC 9207; MCP 2026-07-28 asks for it, but Access was not observed to send it (A10)',
  },
  'rfc7591-errors': {
    how: 'handler',
    what: 'Registration refuses a redirect URI that is not allowed with `invalid_redirect_uri`.',
    source: 'RFC 7591 3.2.2, instead of the observed error (R5)',
  },
  'consent-remembered': {
    how: 'handler',
    what: 'A person who has allowed a client for an application does not see the consent page again.',
    source: 'a common expectation, instead of P8, A8',
  },
  'long-lived-codes': {
    how: 'setting',
    what: 'Authorization codes are valid for six hours.',
    source: 'one observation of a code redeemed six hours later',
  },
  'strict-revocation': {
    how: 'setting',
    what: '`revoke_user` and `revoke_tokens` end grants immediately.',
    source: 'a common expectation, instead of P21, T15, T16',
  },
  'dashboard-portals': {
    how: 'handler',
    what: 'Creating an MCP server or portal through the API creates its Access application too, with a policy for everybody.',
    source: 'what the dashboard does (MP21)',
  },
  'upstream-resource-verbatim': {
    how: 'handler',
    what: 'A portal that refreshes tokens at a server sends `resource` exactly as the server has it.',
    source: 'RFC 8707 2, instead of the normalized URL (MP68)',
  },
  'upstream-registered-authentication': {
    how: 'handler',
    what: 'A portal authenticates at the token endpoint of a server by the method that it registered.',
    source: 'RFC 7591 2, instead of Basic in every case (MP69)',
  },
  'path-scoped-pin': {
    how: 'handler',
    what: 'One-time PINs fail for applications with a path: "Unable to find your Access application!"',
    source: 'P12',
  },
  'logout-bounce': {
    how: 'handler',
    what: "The first authorization after a logout ends at the application's root, and never at the callback.",
    source: 'P31',
  },
} as const satisfies Record<string, { how: 'setting' | 'handler'; what: string; source: string }>

export type QuirkName = keyof typeof QUIRKS
/** The names of the quirks that are applied to the settings. */
export type SettingQuirk = {
  [Name in QuirkName]: (typeof QUIRKS)[Name]['how'] extends 'setting' ? Name : never
}[QuirkName]
export const QUIRK_NAMES = Object.keys(QUIRKS) as QuirkName[]

export type Quirks = ReadonlySet<QuirkName>

/**
 * Returns the quirks that are on.
 *
 * @param seed the quirks of the setting `QUIRKS`
 * @param switched the quirks switched on or off at run time
 */
export function quirksOn(
  seed: readonly QuirkName[],
  switched: Partial<Record<QuirkName, boolean>>,
): Quirks {
  return new Set(QUIRK_NAMES.filter((name) => switched[name] ?? seed.includes(name)))
}
