import { revocable, sessionIdOf } from '../../access/revocation'
import { PageError } from '../../pages/page-error'
import { PortalSignOutPage } from '../../pages/portal/sign-out'
import { respondPage } from '../../pages/respond'
import { respondMessage } from '../../pages/respond-message'
import type { AppContext } from '../../request/context'
import { endSession, signedInByCookie } from '../authorization/session'

/**
 * Handles the sign-out of a portal: ends the person's grants at the portal with everything that the portal has
 * kept for them, and then the session.
 *
 * Portal: documented [MP37].
 *
 * @throws PageError
 */
export async function portalSignOut(c: AppContext): Promise<Response> {
  const { configuration, emulator, stores, url } = c.var
  const id = url.searchParams.get('portal')
  const portal = configuration.mcpPortals.find((each) => each.id === id)
  if (!portal) throw new PageError(404, 'Not found', 'This portal does not exist.')
  const who = await signedInByCookie(c)
  if (!who) {
    return respondMessage(c, 200, {
      title: 'You are signed out.',
      message: `Nobody is signed in to ${portal.name} in this browser.`,
    })
  }
  const { email } = who.identity
  const holders = await emulator.portals.holders(portal.id)
  const grants = holders.grants.filter(({ grant }) => grant.email === email)
  if (c.req.method !== 'POST') {
    return respondPage(c, 200, (nonce) => (
      <PortalSignOutPage nonce={nonce} portal={portal.name} email={email} />
    ))
  }
  const connected = new Set(grants.flatMap(({ grant }) => Object.keys(grant.connections)))
  for (const { id: grantId } of grants) {
    await stores.grants.end(grantId)
    await emulator.portals.removeOwned(grantId)
  }
  await emulator.revoke(revocable.session(sessionIdOf(who.identityNonce)))
  endSession(c)
  return respondMessage(c, 200, {
    title: 'You are signed out.',
    message: `Removed: ${grants.length} clients of ${portal.name}, and your sign-ins to ${connected.size} of its servers.`,
    advice: 'A client that you open again asks you to authorize it.',
  })
}
