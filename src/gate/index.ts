import { Hono } from 'hono'
import { applicationAt } from '../access/application'
import { ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA } from '../access/metadata'
import type { AppContext, Env } from '../env'
import { about, tell } from '../report'
import { admit, isBypassed } from './admit'
import { authorized } from './authorized'
import { challengeRequest } from './challenge'
import { applyCors } from './cors'
import { getIdentity } from './get-identity'
import { logout } from './logout'
import { showResourceMetadata, showServerMetadata } from './metadata'
import { forward } from './origin'

const METADATA_METHODS = ['GET', 'OPTIONS']

/** Surface 1: the protected application, on every host that an application covers. */
export const gate = new Hono<Env>()
for (const path of [ACCESS_RESOURCE_METADATA, RESOURCE_METADATA]) {
  gate.on(METADATA_METHODS, [path, `${path}/*`], showResourceMetadata(path))
}
gate.on(METADATA_METHODS, [SERVER_METADATA, `${SERVER_METADATA}/*`], showServerMetadata)
gate.all('*', protect)

async function protect(c: AppContext): Promise<Response> {
  const application = applicationAt(c.get('configuration').applications, c.get('url'))
  // A host or path that no application covers is not behind Access.
  if (!application) {
    tell(c, { kind: 'admission', by: 'nobody asks', outcome: 'noted', ...NOT_COVERED })
    return forward(c, undefined, {})
  }
  tell(c, { application: { id: application.id, name: application.name } })
  if (isBypassed(c, application)) return forward(c, application, {})
  return applyCors(c, application, async () => {
    const decision = await admit(c, application)
    if (typeof decision === 'string') return challengeRequest(c, application, decision)
    // What else was shown, and was not good, is no longer worth a word.
    tell(c, { kind: 'admission', outcome: 'allowed', credential: undefined })
    return forward(c, application, decision)
  })
}

const NOT_COVERED = {
  why: 'No application of Access covers this host and path, so nobody is asked for anything.',
  change: 'An application is where its domain and destinations say.',
}

/** Access's own paths on an application's host. */
export const gateAccessPaths = new Hono<Env>()
gateAccessPaths.get('/authorized', about('login'), authorized)
gateAccessPaths.get('/get-identity', getIdentity)
gateAccessPaths.get('/logout', logout)
