import { Hono } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import { ACCESS_PATHS, SECOND_TEAM } from './access/team-domain'
import { dash } from './dash'
import { emulatorControl } from './emulator'
import { gate, gateAccessPaths } from './gate'
import type { Env } from './request/context'
import { reportRequest } from './request/events'
import { failure } from './request/failure'
import { imported } from './request/on-demand'
import { configure, markResponse, prepare } from './request/prepare'
import { team, teamMetadata } from './team'

/** The map: one line per surface, in the order in which they match. */
// The router that fits all these routes. Hono would try another one first.
export const app = new Hono<Env>({ router: new TrieRouter() })
// Before the middleware, because the API passes it too, in an application of its own.
app.all('/client/v4/*', async (c) => (await apiOnDemand()).fetch(c.req.raw, c.env, c.executionCtx))
addMiddleware(app)
app.route('/_emulator', emulatorControl)
app.use(configure)
for (const path of ACCESS_PATHS) {
  app.route(path, gateAccessPaths)
  app.route(path, team)
  app.route(SECOND_TEAM + path, team)
}
app.route('/', dash)
app.route('/', teamMetadata)
app.route('/', gate)

function addMiddleware(surfaces: Hono<Env>): void {
  surfaces.onError(failure)
  surfaces.use(markResponse)
  surfaces.use(prepare)
  surfaces.use(reportRequest)
  surfaces.use(async function giveSurfaces(c, next) {
    c.set('sendToSurfaces', async (request) => app.fetch(request, c.env, c.executionCtx))
    await next()
  })
}

// In Node, most processes never use the API, and would compile its modules in vain.
const apiOnDemand = imported(async () => {
  const { api } = await import('./api')
  const surfaces = new Hono<Env>()
  addMiddleware(surfaces)
  surfaces.use(configure)
  surfaces.route('/client/v4', api)
  return surfaces
})
