import type { Context } from 'hono'
import { HomePage } from '../pages/home'
import { respondPage } from '../pages/respond'
import type { AccessClaims } from './assertion'

/** Shows the demo's page: the e-mail address in the assertion, and the other paths. */
export function home(c: Context<{ Variables: { claims: AccessClaims } }>) {
  const { origin } = new URL(c.req.url)
  return respondPage(c, 200, (nonce) => (
    <HomePage nonce={nonce} origin={origin} email={c.get('claims').email ?? ''} />
  ))
}
