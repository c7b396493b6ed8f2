import { publicKeySet } from '../access/keys'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'

/** Handles `GET /cdn-cgi/access/certs`: returns the public keys of assertions [O11]. */
export async function certs(c: AppContext): Promise<Response> {
  reportDecision(c, {
    kind: 'discovery',
    document: 'keys',
    place: 'certs',
    of: c.get('team').isRequestHost ? 'team-domain' : 'application',
    rule: 'O11',
    why: 'The public keys that verify assertions.',
  })
  return c.json(publicKeySet(await c.get('emulator').keys()))
}
