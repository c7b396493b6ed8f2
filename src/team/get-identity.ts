import { identityDocument } from '../access/identity-document'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import { signedInByCookie } from './authorization/session'

/**
 * Handles `GET /cdn-cgi/access/get-identity` on the team domain: returns the identity of the session.
 *
 * Access: documented [K26]. Assumed: 400 with this body if no person is signed in.
 */
export async function getIdentity(c: AppContext): Promise<Response> {
  c.header('Cache-Control', 'no-store')
  const who = await signedInByCookie(c)
  if (!who) return c.json({ err: 'no app token set' }, 400)
  const { country } = whereFrom(c)
  return c.json(await identityDocument(who.identity, { ...who, country }))
}
