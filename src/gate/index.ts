/**
 * The gate: the protected application, on every host that an application covers.
 *
 * `admit.ts` decides by the credential (`by-*.ts`), `origin.ts` forwards an admitted request, and
 * `challenge.ts` is the 401, the redirect to the login page or the 403 of any other. `metadata.ts`
 * and `cors.ts` need no credential. `authorized.ts` ends a browser login.
 *
 * Not here: the login page, consent and tokens (`team/`), and the rules of policies (`access/`).
 */
import { Hono } from 'hono'
import { ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA } from '../access/metadata'
import { portalOn } from '../mcp/place'
import type { AppContext, Env } from '../request/context'
import { endpoint, page } from '../request/endpoint'
import { coverRequest, note, reportDecision } from '../request/events'
import { impersonationOf } from '../request/impersonation'
import { noteMcpHeaders } from '../request/mcp'
import { imported } from '../request/on-demand'
import { admit, opening } from './admit'
import { authorized } from './authorized'
import { challengeRequest } from './challenge'
import { applicationCors } from './cors'
import { getIdentity } from './get-identity'
import { logout } from './logout'
import { metadata, resourceDocument, serverDocument } from './metadata'
import { forward } from './origin'
import { applicationSubject, requestedApplication, requestedDomain } from './requested'
import { isUnmatchedDenied, refuseUnmatched } from './unmatched'
import { refuseUnprotectedPortal } from './unprotected-portal'

const portal = imported(() => import('./portal'))

const METADATA_METHODS = ['GET', 'OPTIONS']

/** The routes of the protected application. */
export const gate = new Hono<Env>()
for (const path of [ACCESS_RESOURCE_METADATA, RESOURCE_METADATA]) {
  gate.on(METADATA_METHODS, [path, `${path}/*`], ...metadata(resourceDocument(path)))
}
gate.on(METADATA_METHODS, [SERVER_METADATA, `${SERVER_METADATA}/*`], ...metadata(serverDocument))
gate.all(
  '*',
  endpoint('application', { cors: applicationCors, subject: applicationSubject }),
  protect,
)

async function protect(c: AppContext): Promise<Response> {
  noteMcpHeaders(c)
  const place = portalOn(c.get('configuration').mcpPortals, requestedDomain(c))
  if (place) return (await portal()).protectPortal(c, place)
  refuseUnprotectedPortal(c)
  const application = requestedApplication(c)
  // Access protects only what an application covers.
  if (!application) {
    if (isUnmatchedDenied(c)) return refuseUnmatched(c)
    reportDecision(c, {
      kind: 'admission',
      by: 'no-application',
      outcome: 'noted',
      why: 'No application of Access covers this host and path, so no credential is required.',
      change:
        'To protect it, add this host and path to the domain or destinations of an application.',
    })
    return forward(c, undefined, {})
  }
  const unchecked = impersonationOf(c)?.forward
  if (unchecked) {
    coverRequest(c)
    return forward(c, application, unchecked)
  }
  note(c, { application: { id: application.id, name: application.name } })
  const open = opening(c)
  if (open) {
    reportDecision(c, { kind: 'admission', by: 'bypass', outcome: 'allowed', ...open })
    return forward(c, application, {})
  }
  const decision = await admit(c, application)
  if (!('admission' in decision)) return challengeRequest(c, application, decision)
  reportDecision(c, { kind: 'admission', outcome: 'allowed', ...decision.event })
  return forward(c, application, decision.admission)
}

/** The routes of Access's own paths on an application's host. */
export const gateAccessPaths = new Hono<Env>()
gateAccessPaths.get('/authorized', page({ event: 'login' }), authorized)
gateAccessPaths.get('/get-identity', page(), getIdentity)
gateAccessPaths.get('/logout', page(), logout)
