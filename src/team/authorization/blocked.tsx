import type { Application } from '../../access/application'
import type { Person } from '../../access/identity'
import type { AppContext } from '../../env'
import { MessagePage } from '../../pages/message'
import { respondPage } from '../../pages/respond'

/**
 * The block page of a person whom the policies deny [A11].
 *
 * @param loginAgain where somebody else can log in for the same step
 */
export async function showBlocked(
  c: AppContext,
  application: Application,
  person: Person,
  loginAgain: string,
): Promise<Response> {
  return respondPage(c, 403, (nonce) => (
    <MessagePage
      nonce={nonce}
      title="That account does not have access."
      message={`${person.email} is not admitted to ${application.name} by any of its policies.`}
      advice={<a href={loginAgain}>Log in as somebody else</a>}
    />
  ))
}
