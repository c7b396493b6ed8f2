import { seededIdentity } from '../../../access/identity'
import type { EmulatedProvider } from '../../../access/identity-provider'
import { PeoplePicker } from '../../../pages/login'
import { readEmail } from '../email'
import type { LoginProvider } from './provider'

/** The login by a choice among the seeded people or a typed address, without any proof. */
export const cloudflare: LoginProvider<EmulatedProvider<'cloudflare'>> = {
  redirects: false,
  isForThisMachine: true,
  async start(c, { provider, form }) {
    return seededIdentity(c.get('settings').PEOPLE, readEmail(form), provider)
  },
  Button: ({ provider, loginNonce, people }) => (
    <PeoplePicker loginNonce={loginNonce} idp={provider.id} people={people} />
  ),
}
