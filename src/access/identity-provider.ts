import * as z from 'zod'
import { distinct, type RecordKind } from './record-kind'
import type { Timestamps } from './timestamps'

const text = z.string().min(1)
const webUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })

/** `config` of an `oidc` provider, in the API's own members. */
const oidcConfigSchema = z.strictObject({
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

// Kept and given back: nobody can log in by one of them here.
const NOT_EMULATED = [
  ...(['azureAD', 'saml', 'centrify', 'facebook', 'github', 'google-apps', 'google'] as const),
  ...(['linkedin', 'okta', 'onelogin', 'pingone', 'yandex'] as const),
] as const

const simpleConfig = z.looseObject({}).default({})
const common = { name: text, scim_config: z.looseObject({}).optional() }

/** The forms of an identity provider, by type. */
const types = {
  cloudflare: { ...common, type: z.literal('cloudflare'), config: simpleConfig },
  onetimepin: { ...common, type: z.literal('onetimepin'), config: simpleConfig },
  oidc: { ...common, type: z.literal('oidc'), config: oidcConfigSchema },
  other: { ...common, type: z.enum(NOT_EMULATED), config: simpleConfig },
} as const

const TYPE_EXPECTED = `expected type cloudflare (pick a person), onetimepin, oidc, or one that is kept and not emulated: ${NOT_EMULATED.join(', ')}`

/** The types of identity providers that people can log in by. */
export type EmulatedType = Exclude<keyof typeof types, 'other'>
export type EmulatedProvider<Type extends EmulatedType = EmulatedType> = Extract<
  IdentityProvider,
  { type: Type }
>

// Where an identity comes from: the people of the settings, which may change, or the provider.
const IDENTITY_SOURCES: Record<EmulatedType, 'settings' | 'provider'> = {
  cloudflare: 'settings',
  onetimepin: 'settings',
  oidc: 'provider',
}

/** An identity provider as the API takes it. */
export const identityProviderMembersSchema = providerSchema({})

/**
 * An identity provider of the team, in the API's own members. `cloudflare` is the one where people
 * of the seed are picked, or an address is typed.
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

/** Where people of the seed are picked; it names them too where nobody had to choose a provider. */
export const PEOPLE_PICKER = {
  id: '5f1c3a52-0000-4000-8000-000000000001',
  name: 'People',
  type: 'cloudflare',
  config: {},
} as const satisfies IdentityProvider

/** The providers that there are while the settings name none. */
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

/** The providers that an application lets people choose from: `allowed_idps`, or all. */
export function providersFor(
  providers: readonly IdentityProvider[],
  allowedIds: readonly string[],
): IdentityProvider[] {
  return providers.filter(({ id }) => allowedIds.length === 0 || allowedIds.includes(id))
}

/** Whether somebody can log in by it here. */
export function isEmulated(provider: IdentityProvider): provider is EmulatedProvider {
  return Object.hasOwn(IDENTITY_SOURCES, provider.type)
}

/** Whether the provider told who the person is: then only a new login tells anything else. */
export function tellsIdentity(type: string): boolean {
  return Object.entries(IDENTITY_SOURCES).some(
    ([each, from]) => each === type && from === 'provider',
  )
}
