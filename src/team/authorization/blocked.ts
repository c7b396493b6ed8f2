import type { Application } from '../../access/application'
import type { Identity } from '../../access/identity'
import { respondMessage } from '../../pages/respond-message'
import type { AppContext } from '../../request/context'

/**
 * Responds to a person whom the policies deny [A11]: with the block page and the application's
 * `custom_deny_message`, or with a redirect to its `custom_deny_url`.
 *
 * Access: documented [K1], the two members.
 *
 * @param loginAgain the URL to log in as another person for the same step
 */
export async function showBlocked(
  c: AppContext,
  application: Application,
  { email }: Identity,
  loginAgain: string,
): Promise<Response> {
  const { custom_deny_message: message, custom_deny_url: url, name } = application
  if (url) return c.redirect(new URL(url).href, 302)
  return respondMessage(c, 403, {
    title: 'That account does not have access.',
    message: message ?? `${email} is not admitted to ${name} by any of its policies.`,
    advice: [{ url: loginAgain, text: 'Log in as another person' }],
  })
}
