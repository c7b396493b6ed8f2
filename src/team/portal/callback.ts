import { PageError } from '../../pages/page-error'
import type { AppContext } from '../../request/context'
import { redirectToStep } from '../../signin/browser'
import { finishConnection } from '../../upstream/oauth/connect'
import { signedInByCookie } from '../authorization/session'

/**
 * Handles the way back from a server at which a person has signed in, which `/servers-callback` of the portal
 * redirects here.
 *
 * @throws PageError
 */
export async function portalCallback(c: AppContext): Promise<Response> {
  const who = await signedInByCookie(c)
  if (!who) {
    throw new PageError(
      400,
      'Invalid state: missing or invalid nonce',
      'Nobody is signed in here.',
      'Return to your client and start again.',
    )
  }
  const { team, url } = c.var
  const back = await finishConnection(c, url.searchParams, who.identity.email)
  return redirectToStep(c, team.origin + back)
}
