import type { EmulatedProvider, EmulatedType } from '../../../access/identity-provider'
import { cloudflare } from './cloudflare'
import { oidc } from './oidc'
import { onetimepin } from './onetimepin'
import type { LoginProvider } from './provider'

/**
 * The types of identity providers that people can log in with, one file each. Their settings are in
 * `access/identity-provider.ts`.
 */
const PROVIDERS: { [Type in EmulatedType]: LoginProvider<EmulatedProvider<Type>> } = {
  cloudflare,
  onetimepin,
  oidc,
}

/** Returns the login of an identity provider, by its type. */
export function loginWith({ type }: EmulatedProvider): LoginProvider {
  return PROVIDERS[type]
}
