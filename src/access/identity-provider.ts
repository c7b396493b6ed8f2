import { z } from 'zod'

const text = z.string().min(1)
const webUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })

/** `config` of an `oidc` provider, in the API's own members. */
export const oidcConfigSchema = z.strictObject({
  auth_url: webUrl,
  token_url: webUrl,
  certs_url: webUrl,
  client_id: text,
  client_secret: z.string(),
  scopes: z.array(text).default(['openid', 'email', 'profile']),
  /** Claims of the id_token that reach policies and the assertion's `custom`. */
  claims: z.array(text).default([]),
  email_claim_name: text.default('email'),
  pkce_enabled: z.boolean().default(false),
})
export type OidcConfig = z.infer<typeof oidcConfigSchema>

/**
 * An identity provider of the team, in the API's own members. `cloudflare` is the one where people
 * of the seed are picked, or an address is typed.
 */
export const identityProviderSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ id: text, name: text, type: z.literal('cloudflare') }),
    z.strictObject({ id: text, name: text, type: z.literal('onetimepin') }),
    z.strictObject({ id: text, name: text, type: z.literal('oidc'), config: oidcConfigSchema }),
  ],
  'expected type cloudflare (pick a person), onetimepin or oidc',
)
export type IdentityProvider = z.infer<typeof identityProviderSchema>

/** The provider that there is while the settings name none. */
export const PEOPLE_PICKER = {
  id: '5f1c3a52-0000-4000-8000-000000000001',
  name: 'People',
  type: 'cloudflare',
} as const satisfies IdentityProvider

/** The providers that an application lets people choose from: `allowed_idps`, or all. */
export function providersFor(
  providers: readonly IdentityProvider[],
  allowedIds: readonly string[],
): IdentityProvider[] {
  return providers.filter(({ id }) => allowedIds.length === 0 || allowedIds.includes(id))
}
