import { Hono } from 'hono'
import type { Env } from '../../request/context'
import { onDemand } from '../../request/on-demand'
import { configure } from '../../request/prepare'
import type { Control } from './inside'

/**
 * Returns the console: pages that show what the control returns, and a handler that sends the requests of
 * their buttons to the control. It can do nothing that the control cannot.
 */
export function consolePages(control: Control): Hono<Env> {
  const routes = new Hono<Env>()
  const page = onDemand(() => import('../pages'))
  routes.get('/', (c) => c.redirect('/_emulator/'))
  // `/_emulator` and `/_emulator/` are the same route for Hono, so the path is compared here.
  const flows = page('showFlows', control)
  routes.get('*', async function withSlash(c, next) {
    return c.get('url').pathname === '/_emulator/' ? flows(c, next) : next()
  })
  routes.get('/console/events', page('showEventsPage'))
  routes.get('/console/events/:number', page('showEventPage'))
  routes.get('/console/flow', page('downloadFlow'))
  routes.get('/console/state', configure, page('showStatePage', control))
  routes.get('/console/faults', configure, page('showFaultsPage', control))
  routes.get('/console/connect', configure, page('showConnectPage'))
  routes.on(['GET', 'POST'], '/console/check-origin', page('showCheckOriginPage', control))
  routes.on(['GET', 'POST'], '/console/portals', configure, page('showPortalsPage', control))
  routes.post('/console/authenticate', page('authenticateUpstream', control))
  routes.post('/console/do', page('act', control))
  routes.post('/console/load', page('loadFile', control))
  return routes
}
