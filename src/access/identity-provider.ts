import * as z from 'zod'
import { distinct, type RecordKind } from './record-kind'
import type { Timestamps } from './timestamps'

const text = z.string().min(1)
const webUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })

/** `config` of an `oidc` provider, with the members of the API. */
const oidcConfigSchema = z.strictObject({
  auth_url: webUrl,
  token_url: webUrl,
  certs_url: webUrl,
  client_id: text,
  client_secret: z.string(),
  scopes: z.array(text).default(['openid', 'email', 'profile']),
  /** The claims of the id_token that policies and the assertion's `custom` receive. */
  claims: z.array(text).default([]),
  email_claim_name: text.default('email'),
  pkce_enabled: z.boolean().default(false),
  /** The emulator's own member: the `iss` of every id_token. Without it, any `iss` is accepted, as Access has no such member. */
  issuer: text.optional(),
})

// The login page has a button for each, which leads to a choice of people: no request goes to them.
const STAND_INS = [
  ...(['azureAD', 'saml', 'centrify', 'facebook', 'github', 'google-apps', 'google'] as const),
  ...(['linkedin', 'okta', 'onelogin', 'pingone', 'yandex'] as const),
] as const

const simpleConfig = z.looseObject({}).default({})
const common = { name: text, scim_config: z.looseObject({}).optional() }

// The schemas of an identity provider, by type.
const types = {
  cloudflare: { ...common, type: z.literal('cloudflare'), config: simpleConfig },
  onetimepin: { ...common, type: z.literal('onetimepin'), config: simpleConfig },
  oidc: { ...common, type: z.literal('oidc'), config: oidcConfigSchema },
  other: { ...common, type: z.enum(STAND_INS), config: simpleConfig },
} as const

const TYPE_EXPECTED = `expected type cloudflare (pick a person), onetimepin, oidc, or a type whose login is a choice of people: ${STAND_INS.join(', ')}`

/** The types of identity providers that have a login of their own. */
export type EmulatedType = Exclude<keyof typeof types, 'other'>
export type EmulatedProvider<Type extends EmulatedType> = Extract<IdentityProvider, { type: Type }>

/** An identity provider in a request to the API. */
export const identityProviderMembersSchema = providerSchema({})

/**
 * An identity provider of the team, with the members of the API. With `cloudflare`, a person of the
 * setting PEOPLE is picked, or an address is typed.
 */
export const identityProviderSchema = providerSchema({ id: text })
export type IdentityProvider = z.infer<typeof identityProviderSchema>

function providerSchema<Shape extends z.ZodRawShape>(more: Shape) {
  return z.discriminatedUnion(
    'type',
    [
      z.strictObject({ ...more, ...types.cloudflare }),
      z.strictObject({ ...more, ...types.onetimepin }),
      z.strictObject({ ...more, ...types.oidc }),
      z.strictObject({ ...more, ...types.other }),
    ],
    TYPE_EXPECTED,
  )
}

/** The provider that picks a person of PEOPLE. Sign-ins without a choice of provider use it too. */
export const PEOPLE_PICKER = {
  id: '5f1c3a52-0000-4000-8000-000000000001',
  name: 'People',
  type: 'cloudflare',
  config: {},
} as const satisfies IdentityProvider

/** The providers if the settings list none. */
export const DEFAULT_PROVIDERS: IdentityProvider[] = [
  PEOPLE_PICKER,
  {
    id: '5f1c3a52-0000-4000-8000-000000000002',
    name: 'E-mail me a code',
    type: 'onetimepin',
    config: {},
  },
]

export const identityProviderKind: RecordKind<IdentityProvider & Timestamps> = {
  noun: 'identity provider',
  idOf: ({ id }) => id,
  schema: identityProviderSchema,
  seed: {
    setting: 'IDENTITY_PROVIDERS',
    schema: z
      .array(identityProviderSchema)
      .min(1)
      .superRefine(distinct('id'))
      .default(DEFAULT_PROVIDERS),
  },
}

/** Returns the providers that an application offers: `allowed_idps`, or all. */
export function providersFor(
  providers: readonly IdentityProvider[],
  allowedIds: readonly string[],
): IdentityProvider[] {
  return providers.filter(({ id }) => allowedIds.length === 0 || allowedIds.includes(id))
}

/** Returns whether the identity comes from the provider, so that only a new login can change it. */
export function isIdentityFromProvider(type: string): boolean {
  return type === 'oidc'
}
