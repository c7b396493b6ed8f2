import type { MiddlewareHandler } from 'hono'
import { findOAuthClient } from '../account/oauth/dash-client'
import { bearerToken } from '../oauth/bearer'
import { anyOrigin } from '../request/any-origin'
import type { AppContext, Env } from '../request/context'
import { shownCredentials } from './client'

/** Lets every web page read discovery and keys. Assumed, as on the team domain [C21]. */
export const ANY_ORIGIN = anyOrigin()

/** The rule for the token and revocation endpoints, whose requests name their client. */
export const clientCors = originsOf('POST', async (c) => (await shownCredentials(c)).clientId)

/** The rule for userinfo, whose requests have the token of a client. */
export const userinfoCors = originsOf('GET, POST', async (c) => {
  const token = bearerToken(c.req.header('authorization')) ?? ''
  return (await c.get('stores').dashboardGrants.findNamed(token))?.clientId
})

/**
 * Lets web pages read responses if the client of the request lists their exact origin in
 * `allowed_cors_origins` [C17]. A preflight names no client, so the lists of all clients count.
 */
function originsOf(
  methods: string,
  clientIdOf: (c: AppContext) => Promise<string | undefined>,
): MiddlewareHandler<Env> {
  return async function clientOrigins(c, next) {
    const { oauthClients } = c.get('configuration')
    const origin = c.req.header('origin')
    if (origin === undefined) return next()
    const allows = (list: string[] | undefined) => list?.includes(origin) ?? false
    if (c.req.method === 'OPTIONS') {
      if (oauthClients.some(({ allowed_cors_origins: list }) => allows(list))) {
        allow(c, origin)
        c.header('Access-Control-Allow-Methods', methods)
        c.header('Access-Control-Allow-Headers', 'Authorization, Content-Type')
      }
      return c.body(null, 204)
    }
    await next()
    // The endpoint itself refuses malformed credentials.
    const clientId = await clientIdOf(c).catch(() => undefined)
    const client = findOAuthClient(oauthClients, clientId ?? '')
    if (client && allows(client.allowed_cors_origins)) allow(c, origin)
    return undefined
  }
}

function allow(c: AppContext, origin: string): void {
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Access-Control-Allow-Credentials', 'true')
  c.header('Vary', 'Origin')
}
