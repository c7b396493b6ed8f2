import type { MiddlewareHandler } from 'hono'
import { challenge } from '../oauth/bearer'
import { STEP_UP } from '../switches/step-up'
import type { DemoEnv } from './assertion'

/**
 * Refuses a request whose client did not request the scope of `/step-up`, with 403 and a scope
 * challenge. The client has to authorize again, with this scope added to those it requested before.
 *
 * Not like Access: it never sends this challenge, and its tokens have no scope [T4]. Clients have to
 * handle it all the same (RFC 6750 3.1; MCP 2026-07-28 Scope Challenge Handling). So the emulator tells
 * the demo the scope that the client requested.
 */
export const requireStepUp: MiddlewareHandler<DemoEnv> = async function requireStepUp(c, next) {
  if (c.env.requestedScope.split(' ').includes(STEP_UP.scope)) return next()
  const body = {
    error: 'insufficient_scope',
    error_description: `This path of the demo requires the scope ${STEP_UP.scope}`,
  }
  const { origin, pathname } = new URL(c.req.url)
  const header = challenge('Bearer', {
    ...body,
    scope: STEP_UP.scope,
    resource_metadata: `${origin}/.well-known/cloudflare-access-protected-resource${pathname}`,
  })
  c.header('WWW-Authenticate', header)
  c.header('Cache-Control', 'no-store')
  return c.json({ ...body, scope: STEP_UP.scope }, 403)
}
