import type { EmulatedProvider, EmulatedType } from '../../../access/identity-provider'
import { cloudflare } from './cloudflare'
import { oidc } from './oidc'
import { onetimepin } from './onetimepin'
import type { LoginProvider } from './provider'

/** The types of identity providers that people can log in by, a file each. */
const PROVIDERS: { [Type in EmulatedType]: LoginProvider<EmulatedProvider<Type>> } = {
  cloudflare,
  onetimepin,
  oidc,
}

/** How people log in by an identity provider. */
export function loginBy({ type }: EmulatedProvider): LoginProvider {
  return PROVIDERS[type]
}
