import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Env } from './context'

const ORIGIN = 'Access-Control-Allow-Origin'

/**
 * Lets every web page read the responses, errors included.
 *
 * Hono's own middleware responds to preflights alone. At other requests it would create an empty response
 * first, and Hono would then make the body of the actual one a stream. In Node that takes a tenth of a
 * token request.
 *
 * @param allowMethods by default, those of Hono
 */
export function anyOrigin(allowMethods?: string[]): MiddlewareHandler<Env> {
  const preflight = cors({ origin: '*', ...(allowMethods && { allowMethods }), maxAge: 86_400 })
  return async function readableByAll(c, next) {
    if (c.req.method === 'OPTIONS') return preflight(c, next)
    await next()
    c.res.headers.set(ORIGIN, '*')
  }
}
