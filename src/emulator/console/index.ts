import { Hono } from 'hono'
import type { Env } from '../../request/context'
import { configure } from '../../request/prepare'
import { act } from './act'
import { showConnectPage } from './connect'
import { showEventsPage } from './events'
import { showFaultsPage } from './faults'
import { showFlows } from './flows'
import type { Control } from './inside'
import { showStatePage } from './state'

/** The console: pages about the control that it stands in front of, and a bridge for their buttons. */
export function consolePages(control: Control): Hono<Env> {
  const pages = new Hono<Env>()
  pages.get('/', (c) => c.redirect('/_emulator/'))
  // Hono takes both for one when it puts routes together, and tells them apart when it matches.
  pages.get('*', async function withSlash(c, next) {
    return c.get('url').pathname === '/_emulator/' ? showFlows(c, control) : next()
  })
  pages.get('/console/events', showEventsPage)
  pages.get('/console/state', configure, (c) => showStatePage(c, control))
  pages.get('/console/faults', (c) => showFaultsPage(c, control))
  pages.get('/console/connect', showConnectPage)
  pages.post('/console/do', (c) => act(c, control))
  return pages
}
