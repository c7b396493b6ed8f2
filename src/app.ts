import { Hono } from 'hono'
import { ACCESS_PATHS, SECOND_TEAM } from './access/team-domain'
import { api } from './api'
import { dash } from './dash'
import { emulatorControl } from './emulator'
import { gate, gateAccessPaths } from './gate'
import type { Env } from './request/context'
import { reportRequest } from './request/events'
import { failure } from './request/failure'
import { configure, markResponse, prepare } from './request/prepare'
import { team, teamMetadata } from './team'

/** The map: one line per surface, in the order in which they match. */
export const app = new Hono<Env>()
app.onError(failure)
app.use(markResponse)
app.use(prepare)
app.use(reportRequest)
app.use(async function giveSurfaces(c, next) {
  c.set('sendToSurfaces', async (request) => app.fetch(request, c.env, c.executionCtx))
  await next()
})
app.route('/_emulator', emulatorControl)
app.use(configure)
app.route('/client/v4', api)
for (const path of ACCESS_PATHS) {
  app.route(path, gateAccessPaths)
  app.route(path, team)
  app.route(SECOND_TEAM + path, team)
}
app.route('/', dash)
app.route('/', teamMetadata)
app.route('/', gate)
