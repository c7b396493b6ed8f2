import type { Next } from 'hono'
import { findOAuthClient } from '../account/oauth/dash-client'
import type { AppContext } from '../request/context'
import { shownCredentials } from './client'

/**
 * Lets web pages read responses of the token endpoint if the client of the request lists their exact
 * origin in `allowed_cors_origins` [C17]. A preflight names no client, so the lists of all clients
 * count.
 */
export async function clientCors(c: AppContext, next: Next): Promise<Response | undefined> {
  const { oauthClients } = c.get('configuration')
  const origin = c.req.header('origin')
  if (origin === undefined) {
    await next()
    return undefined
  }
  const allows = (list: string[] | undefined) => list?.includes(origin) ?? false
  if (c.req.method === 'OPTIONS') {
    if (oauthClients.some(({ allowed_cors_origins: list }) => allows(list))) {
      allow(c, origin)
      c.header('Access-Control-Allow-Methods', 'POST')
      c.header('Access-Control-Allow-Headers', 'Authorization, Content-Type')
    }
    return c.body(null, 204)
  }
  await next()
  // The endpoint itself refuses malformed credentials.
  const shown = await shownCredentials(c).catch(() => undefined)
  const client = shown && findOAuthClient(oauthClients, shown.clientId)
  if (client && allows(client.allowed_cors_origins)) allow(c, origin)
  return undefined
}

function allow(c: AppContext, origin: string): void {
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Access-Control-Allow-Credentials', 'true')
  c.header('Vary', 'Origin')
}
