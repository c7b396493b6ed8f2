import type {
  EmulatedProvider,
  EmulatedType,
  IdentityProvider,
} from '../../../access/identity-provider'
import { cloudflare } from './cloudflare'
import { oidc } from './oidc'
import { onetimepin } from './onetimepin'
import type { LoginProvider } from './provider'
import { standIn } from './stand-in'

/**
 * The types of identity providers that have a login of their own, one file each. Their settings are in
 * `access/identity-provider.ts`.
 */
const PROVIDERS: { [Type in EmulatedType]: LoginProvider<EmulatedProvider<Type>> } = {
  cloudflare,
  onetimepin,
  oidc,
}

/** Returns the login of an identity provider, by its type. */
export function loginWith({ type }: IdentityProvider): LoginProvider {
  return isOwn(type) ? PROVIDERS[type] : standIn
}

function isOwn(type: IdentityProvider['type']): type is EmulatedType {
  return Object.hasOwn(PROVIDERS, type)
}
