import { decodeJwt } from 'jose/jwt/decode'
import type { Application } from '../access/application'
import { identityDocument } from '../access/identity-document'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import type { Admission } from './admission'

/**
 * The header that fills `ctx.access` of a Worker behind a service binding, if its configuration has
 * `access.dev.aud`. It works only under `wrangler dev`; a deployed Worker ignores it.
 *
 * Access: reported [K29].
 */
export const WORKER_ACCESS_HEADER = 'MF-Access-Blob'

/** Returns the header's value: the application's audience and the result of `getIdentity()`. */
export async function workerAccess(
  c: AppContext,
  application: Application,
  { assertion, identity }: Admission,
): Promise<string> {
  const { iat, sub } = assertion ? decodeJwt(assertion) : {}
  const issuedAtSeconds = iat || c.get('now')
  const session = { issuedAtSeconds, ...whereFrom(c) }
  const blob = JSON.stringify({
    app_aud: application.aud,
    // Access: observed [O13]. `getIdentity()` returns nothing for a service token.
    ...(identity && { jwt_claims: await identityDocument(identity, session, sub || undefined) }),
  })
  // A header's value is ASCII. JSON writes all other characters as escapes.
  return blob.replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
