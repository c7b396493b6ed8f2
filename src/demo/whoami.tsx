import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { respondPage } from '../pages/respond'
import { WhoamiPage } from '../pages/whoami'
import type { AccessClaims } from './assertion'

/** Shows the headers and the verified claims that the origin receives: a page for browsers, else JSON. */
export async function whoami(
  c: Context<{ Variables: { claims: AccessClaims } }>,
): Promise<Response> {
  const claims = c.get('claims')
  const headers = Object.fromEntries(c.req.raw.headers)
  // The response contains the assertion.
  c.header('Cache-Control', 'no-store')
  c.header('Vary', 'Accept')
  const json = 'application/json'
  const type = accepts(c, { header: 'Accept', supports: [json, 'text/html'], default: json })
  if (type === json) return c.json({ headers, claims })
  return respondPage(c, 200, (nonce) => (
    <WhoamiPage nonce={nonce} claims={claims} headers={headers} />
  ))
}
