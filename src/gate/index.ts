import { Hono } from 'hono'
import { ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA } from '../access/metadata'
import type { AppContext, Env } from '../request/context'
import { endpoint, page } from '../request/endpoint'
import { note, reportDecision } from '../request/events'
import { admit, bypassPolicy } from './admit'
import { authorized } from './authorized'
import { challengeRequest } from './challenge'
import { applicationCors } from './cors'
import { getIdentity } from './get-identity'
import { logout } from './logout'
import { metadata, resourceDocument, serverDocument } from './metadata'
import { forward } from './origin'
import { applicationSubject, requestedApplication } from './requested'

const METADATA_METHODS = ['GET', 'OPTIONS']

/** Surface 1: the protected application, on every host that an application covers. */
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
  const application = requestedApplication(c)
  // A host or path that no application covers is not behind Access.
  if (!application) {
    reportDecision(c, {
      kind: 'admission',
      by: 'no-application',
      outcome: 'noted',
      why: 'No application of Access covers this host and path, so nobody is asked for anything.',
      change: 'An application is where its domain and destinations say.',
    })
    return forward(c, undefined, {})
  }
  note(c, { application: { id: application.id, name: application.name } })
  const bypass = bypassPolicy(c)
  if (bypass) {
    const why = `The bypass policy "${bypass.name}" turns Access off for this request.`
    reportDecision(c, { kind: 'admission', by: 'bypass', outcome: 'allowed', rule: 'O19', why })
    return forward(c, application, {})
  }
  const decision = await admit(c, application)
  if (!('admission' in decision)) return challengeRequest(c, application, decision)
  reportDecision(c, { kind: 'admission', outcome: 'allowed', ...decision.event })
  return forward(c, application, decision.admission)
}

/** Access's own paths on an application's host. */
export const gateAccessPaths = new Hono<Env>()
gateAccessPaths.get('/authorized', page({ event: 'login' }), authorized)
gateAccessPaths.get('/get-identity', page(), getIdentity)
gateAccessPaths.get('/logout', page(), logout)
