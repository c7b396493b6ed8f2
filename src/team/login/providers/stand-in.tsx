import { seededIdentity } from '../../../access/identity'
import type { IdentityProvider } from '../../../access/identity-provider'
import { LoginPage, PeoplePicker, ProviderButton } from '../../../pages/login'
import { respondPage } from '../../../pages/respond'
import { reportDecision } from '../../../request/events'
import { readEmail } from '../email'
import { loginTitle } from '../title'
import type { LoginProvider } from './provider'

/**
 * The login of every other type of provider, such as Okta or GitHub. Its button leads to a choice of
 * people. The identity has the provider's id and type, for `allowed_idps` and `login_method` rules.
 *
 * Not like Access: no request goes to the provider [K42].
 */
export const standIn: LoginProvider = {
  redirects: true,
  isForThisMachine: true,
  async start(c, { provider, application, form, loginNonce }) {
    const people = c.get('settings').PEOPLE
    if (form.has('email')) return seededIdentity(people, readEmail(form), provider)
    reportDecision(c, {
      kind: 'login',
      step: 'provider',
      outcome: 'asked',
      rule: 'K42',
      why: `A choice of people stands in for ${provider.name} (${provider.type}).`,
    })
    return respondPage(c, 200, (nonce) => (
      <LoginPage
        nonce={nonce}
        application={application.name}
        title={loginTitle(c)}
        standsInFor={provider.name}
        blocks={[<PeoplePicker loginNonce={loginNonce} idp={provider.id} people={people} />]}
      />
    ))
  },
  Button: ({ provider }: { provider: IdentityProvider }) => (
    <ProviderButton idp={provider.id} name={provider.name} />
  ),
}
