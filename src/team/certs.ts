import { publicKeySet } from '../access/keys'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'

/** `GET /cdn-cgi/access/certs`: the keys that assertions are signed with [O11]. */
export async function certs(c: AppContext): Promise<Response> {
  reportDecision(c, {
    kind: 'discovery',
    document: 'keys',
    place: 'certs',
    of: c.get('team').isRequestHost ? 'team-domain' : 'application',
    rule: 'O11',
    why: 'The keys that assertions are signed with.',
  })
  return c.json(publicKeySet(await c.get('emulator').keys()))
}
