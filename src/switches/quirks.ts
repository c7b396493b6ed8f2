/**
 * Variants of the product that were documented or observed, each a switch. The control, the console and
 * docs/control.md are made of this one table.
 *
 * `how` says where a quirk is applied: to the settings and the configuration, before anything reads
 * them (`quirks.ts`), or in the handler that it changes (`quirks.has`).
 */
export const QUIRKS = {
  'https-redirect-rules': {
    how: 'setting',
    what: 'Redirect rules must use https: `allowed_uris` of other schemes are refused, and let nothing pass.',
    source: "the wording of Cloudflare's page in April 2026",
  },
  'flat-protected-resource': {
    how: 'handler',
    what: 'The protected resource metadata names one method in flat members, instead of the list.',
    source: "Cloudflare's page in April 2026",
  },
  'pkce-challenge-start': {
    how: 'handler',
    what: 'A `code_challenge` that begins with `-` or `_` is refused with the S256 message.',
    source: 'P18',
  },
  'refresh-grace': {
    how: 'setting',
    what: 'A rotated refresh token is answered with the same successor for another minute.',
    source: 'P9; undocumented for Access',
  },
  'refuse-reuse': {
    how: 'setting',
    what: 'A rotated refresh token that comes back is refused, and its grant lives on.',
    source: 'undocumented for Access',
  },
  'iss-in-response': {
    how: 'handler',
    what: 'The authorization response has `iss`, and the metadata says so.',
    source: 'RFC 9207; MCP 2026-07-28 asks for it, Access was not seen to send it (A10)',
  },
  'rfc7591-errors': {
    how: 'handler',
    what: 'A redirect URI that is not allowed is `invalid_redirect_uri` at registration.',
    source: 'RFC 7591 3.2.2, instead of what was observed (R5)',
  },
  'consent-remembered': {
    how: 'handler',
    what: 'Who has allowed a client for an application is not asked again.',
    source: 'what people expect instead of P8, A8',
  },
  'long-lived-codes': {
    how: 'setting',
    what: 'Authorization codes live for six hours.',
    source: 'one observation of a code redeemed six hours later',
  },
  'strict-revocation': {
    how: 'setting',
    what: '`revoke_user` and `revoke_tokens` end grants at once.',
    source: 'what people expect instead of P21, T15, T16',
  },
  'path-scoped-pin': {
    how: 'handler',
    what: 'One-time PINs fail for applications with a path: "Unable to find your Access application!"',
    source: 'P12',
  },
} as const satisfies Record<string, { how: 'setting' | 'handler'; what: string; source: string }>

export type QuirkName = keyof typeof QUIRKS
/** The quirks that are applied to the settings. */
export type SettingQuirk = {
  [Name in QuirkName]: (typeof QUIRKS)[Name]['how'] extends 'setting' ? Name : never
}[QuirkName]
export const QUIRK_NAMES = Object.keys(QUIRKS) as QuirkName[]

export type Quirks = ReadonlySet<QuirkName>

/**
 * The quirks that are on.
 *
 * @param seed those of the setting `QUIRKS`
 * @param switched what was switched on or off since
 */
export function quirksOn(
  seed: readonly QuirkName[],
  switched: Partial<Record<QuirkName, boolean>>,
): Quirks {
  return new Set(QUIRK_NAMES.filter((name) => switched[name] ?? seed.includes(name)))
}
