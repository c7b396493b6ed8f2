import { currentIdentity } from '../access/identity'
import { identityDocument } from '../access/identity-document'
import { sessionIdOf } from '../access/revocation'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import { ownSessions } from './own-sessions'

/**
 * Handles `GET /cdn-cgi/access/get-identity`: returns the identity of the application's session.
 * Without such a session it passes the request on, because this host may be the team domain too.
 *
 * Access: documented [K26].
 */
export async function getIdentity(
  c: AppContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { settings, stores, team } = c.var
  // Access: documented [K26]. Cloudflare's Pages plugin does the same: the origin requests the
  // identity from the team domain, with the token that it received.
  const [own] = await ownSessions(c, team.isRequestHost)
  const nonce = own?.claims.identity_nonce
  const session = nonce && (await stores.sessions.find(sessionIdOf(nonce)))
  if (!session) {
    await next()
    return
  }
  c.header('Cache-Control', 'no-store')
  const identity = currentIdentity(settings.PEOPLE, session.identity)
  const { country } = whereFrom(c)
  return c.json(await identityDocument(identity, { ...session, country }, own?.claims.sub))
}
