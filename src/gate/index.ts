import { Hono } from 'hono'
import { applicationAt } from '../access/application'
import { ACCESS_RESOURCE_METADATA, RESOURCE_METADATA, SERVER_METADATA } from '../access/metadata'
import type { Env } from '../env'
import { admit } from './admit'
import { authorized } from './authorized'
import { challengeRequest, refusePreflight } from './challenge'
import { showResourceMetadata, showServerMetadata } from './metadata'
import { forward } from './origin'

const METADATA_METHODS = ['GET', 'OPTIONS']

/** Surface 1: the protected application, on every host that an application covers. */
export const gate = new Hono<Env>()
for (const path of [ACCESS_RESOURCE_METADATA, RESOURCE_METADATA]) {
  gate.on(METADATA_METHODS, [path, `${path}/*`], showResourceMetadata)
}
gate.on(METADATA_METHODS, [SERVER_METADATA, `${SERVER_METADATA}/*`], showServerMetadata)
gate.all('*', async function protect(c) {
  const application = applicationAt(c.var.settings.APPLICATIONS, c.var.url)
  // A host or path that no application covers is not behind Access.
  if (!application) return forward(c, undefined)
  const preflight = refusePreflight(c)
  if (preflight) return preflight
  const admission = await admit(c, application)
  return admission ? forward(c, admission) : challengeRequest(c, application)
})

/** Access's own paths on an application's host. */
export const gateAccessPaths = new Hono<Env>()
gateAccessPaths.get('/authorized', authorized)
