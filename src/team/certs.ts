import { publicKeySet } from '../access/keys'
import type { AppContext } from '../env'

/** `GET /cdn-cgi/access/certs`: the keys that assertions are signed with [O11]. */
export async function certs(c: AppContext): Promise<Response> {
  return c.json(publicKeySet(await c.var.emulator.keys()))
}
