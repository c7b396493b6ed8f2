import { Hono } from 'hono'
import type { Env } from '../../request/context'
import { configure } from '../../request/prepare'
import { act } from './act'
import { showCheckOriginPage } from './check-origin'
import { showConnectPage } from './connect'
import { showEventPage } from './event'
import { showEventsPage } from './events'
import { showFaultsPage } from './faults'
import { downloadFlow } from './flow-file'
import { showFlows } from './flows'
import type { Control } from './inside'
import { loadFile } from './load'
import { authenticateUpstream, showPortalsPage } from './portals'
import { showStatePage } from './state'

/**
 * Returns the console: pages that show what the control returns, and a handler that sends the requests of
 * their buttons to the control. It can do nothing that the control cannot.
 */
export function consolePages(control: Control): Hono<Env> {
  const pages = new Hono<Env>()
  pages.get('/', (c) => c.redirect('/_emulator/'))
  // `/_emulator` and `/_emulator/` are the same route for Hono, so the path is compared here.
  pages.get('*', async function withSlash(c, next) {
    return c.get('url').pathname === '/_emulator/' ? showFlows(c, control) : next()
  })
  pages.get('/console/events', showEventsPage)
  pages.get('/console/events/:number', showEventPage)
  pages.get('/console/flow', downloadFlow)
  pages.get('/console/state', configure, (c) => showStatePage(c, control))
  pages.get('/console/faults', configure, (c) => showFaultsPage(c, control))
  pages.get('/console/connect', configure, showConnectPage)
  pages.on(['GET', 'POST'], '/console/check-origin', (c) => showCheckOriginPage(c, control))
  pages.on(['GET', 'POST'], '/console/portals', configure, (c) => showPortalsPage(c, control))
  pages.post('/console/authenticate', (c) => authenticateUpstream(c, control))
  pages.post('/console/do', (c) => act(c, control))
  pages.post('/console/load', (c) => loadFile(c, control))
  return pages
}
