import { currentIdentity } from '../access/identity'
import { identityDocument } from '../access/identity-document'
import { sessionIdOf } from '../access/revocation'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import { ownSessions } from './own-sessions'

/**
 * `GET /cdn-cgi/access/get-identity`: who the session of an application's cookie is of.
 *
 * Access: documented. Where there is none, the team domain answers, which may be this host.
 */
export async function getIdentity(
  c: AppContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { settings, stores, team } = c.var
  // Access: documented, and what Cloudflare's own Pages plugin does: the origin asks the team domain,
  // with the token that it was sent.
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
  return c.json(await identityDocument(identity, { ...session, country }))
}
