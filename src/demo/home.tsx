import type { Context } from 'hono'
import { HomePage } from '../pages/home'
import { respondPage } from '../pages/respond'
import type { AccessClaims } from './assertion'

/** The demo's page: who Access says is looking, and what else there is. */
export function home(c: Context<{ Variables: { claims: AccessClaims } }>) {
  const { origin } = new URL(c.req.url)
  return respondPage(c, 200, (nonce) => (
    <HomePage nonce={nonce} origin={origin} email={c.get('claims').email ?? ''} />
  ))
}
