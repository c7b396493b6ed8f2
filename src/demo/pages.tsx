import type { Context } from 'hono'
import { HomePage } from '../pages/home'
import { respondPage } from '../pages/respond'
import { WhoamiPage } from '../pages/whoami'
import type { DemoEnv } from './assertion'

/** Shows the demo's page: the e-mail address in the assertion, and the other paths. */
export function showHome(c: Context<DemoEnv>): Promise<Response> {
  const { origin } = new URL(c.req.url)
  return respondPage(c, 200, (nonce) => (
    <HomePage nonce={nonce} origin={origin} email={c.get('claims').email ?? ''} />
  ))
}

/** Shows the headers and the verified claims that the origin receives. */
export function showWhoami(
  c: Context<DemoEnv>,
  headers: Record<string, string>,
): Promise<Response> {
  return respondPage(c, 200, (nonce) => (
    <WhoamiPage nonce={nonce} claims={c.get('claims')} headers={headers} />
  ))
}
