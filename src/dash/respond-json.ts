import type { AppContext } from '../request/context'

/** Sends JSON as the engine does, and keeps it out of caches (RFC 6749 5.1). Dashboard: observed [D28]. */
export function respondJson(c: AppContext, status: number, body: object): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  c.header('Content-Type', 'application/json;charset=UTF-8')
  return c.body(JSON.stringify(body), status as 200)
}
