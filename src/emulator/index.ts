import { Hono } from 'hono'
import { isBrowserNavigation } from '../access/navigation'
import { PageError } from '../pages/page-error'
import type { AppContext, Env } from '../request/context'
import { report } from '../request/events'
import { onDemand } from '../request/on-demand'
import { configure } from '../request/prepare'
import { changeAutoSignIn, showAutoSignIn } from './auto-sign-in'
import { administratorPages } from './configure'
import { consolePages } from './console'
import { guardControl } from './guard'
import { showInEffect, turnAllOff } from './in-effect'
import { respond } from './respond'
import { refuseRoute } from './route'
import { checkSettings, showSettings } from './settings'
import { issueTokens } from './tokens'
import { showUrls } from './urls'

const handle = onDemand(() => import('./handlers'))
const page = onDemand(() => import('./pages'))

/**
 * Surface 5: the emulator's own control below `/_emulator`, described in docs/control.md, and its console.
 * It owns the clock, automatic sign-in, faults, quirks, events, lists and snapshots. It does not own
 * anything that Cloudflare's API can do: that is `api/`. The console's markup is in `pages/console/`.
 *
 * On other hosts than this machine it requires `EMULATOR_TOKEN`. `responses.ts` has the form of every
 * response.
 */
export const emulatorControl = new Hono<Env>()
// It reveals nothing, so a health check needs no credential.
emulatorControl.get('/healthz', (c) => respond(c, 'GET healthz', { status: 'ok' }))
emulatorControl.use(guardControl)
emulatorControl.on(['GET', 'POST'], '/sign-in', page('signInToConsole'))
emulatorControl.use(reportControl)
emulatorControl.get('/urls', configure, showUrls)
emulatorControl.get('/auto-sign-in', showAutoSignIn)
emulatorControl.put('/auto-sign-in', changeAutoSignIn)
emulatorControl.get('/in-effect', showInEffect)
emulatorControl.delete('/in-effect', turnAllOff)
emulatorControl.get('/clock', handle('showClock'))
emulatorControl.patch('/clock', handle('changeClock'))
emulatorControl.post('/revoke', configure, handle('revoke'))
emulatorControl.post('/tokens', configure, issueTokens)
emulatorControl.post('/assertions', configure, handle('signAssertion'))
emulatorControl.post('/check-origin', configure, handle('checkOrigin'))
emulatorControl.post('/keys/rotate', handle('rotateKeys'))
emulatorControl.get('/people', handle('showPeople'))
emulatorControl.put('/people', handle('changePeople'))
emulatorControl.get('/dns', handle('showDns'))
emulatorControl.put('/dns', handle('changeDns'))
emulatorControl.get('/events', handle('showEvents'))
emulatorControl.get('/faults', handle('showFaults'))
emulatorControl.put('/faults', handle('switchFaults'))
emulatorControl.delete('/faults', handle('clearFaults'))
emulatorControl.put('/faults/:name', handle('switchFaultOn'))
emulatorControl.delete('/faults/:name', handle('switchFaultOff'))
emulatorControl.get('/quirks', handle('showQuirks'))
emulatorControl.put('/quirks/:name', handle('switchQuirk'))
emulatorControl.get('/clients', handle('showClients'))
emulatorControl.delete('/clients', handle('forgetClients'))
emulatorControl.delete('/clients/:id', handle('forgetClient'))
emulatorControl.get('/clients/:id/report', page('showClientReport'))
emulatorControl.get('/grants', configure, handle('showGrants'))
emulatorControl.delete('/grants', handle('endAllGrants'))
emulatorControl.delete('/grants/:id', handle('endGrant'))
emulatorControl.delete('/grants/:id/tokens/:token', handle('endToken'))
emulatorControl.get('/sessions', handle('showSessions'))
emulatorControl.delete('/sessions', handle('endSessions'))
emulatorControl.delete('/sessions/:id', handle('endSession'))
emulatorControl.get('/portals', configure, handle('showPortals'))
emulatorControl.get('/portals/:id/sees', configure, handle('showSight'))
emulatorControl.get('/upstreams', configure, handle('showUpstreams'))
emulatorControl.get('/upstreams/:id/catalogue', configure, handle('compareCatalogue'))
emulatorControl.post('/upstreams/:id/sync', configure, handle('syncUpstream'))
emulatorControl.post('/upstreams/:id/admin-grant', configure, handle('beginAdminSignIn'))
emulatorControl.delete('/upstreams/:id/admin-grant', configure, handle('expireAdminGrant'))
emulatorControl.post('/upstreams/:id/client', configure, handle('registerPortalClient'))
emulatorControl.delete('/upstreams/:id/client', configure, handle('forgetPortalClient'))
emulatorControl.get('/settings', configure, showSettings)
emulatorControl.post('/settings', checkSettings)
emulatorControl.get('/rules', page('showRules'))
emulatorControl.get('/rules/:id', page('showRule'))
emulatorControl.get('/state', handle('showState'))
emulatorControl.put('/state', handle('loadState'))
emulatorControl.post('/reset', handle('reset'))
emulatorControl.route('/', consolePages(emulatorControl))
emulatorControl.route('/configure', administratorPages)
emulatorControl.get('/openapi.json', async (c) => {
  const { controlDocument } = await import('./openapi')
  return c.json(controlDocument(c.get('url').origin))
})
emulatorControl.all('*', (c) => {
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) {
    throw new PageError(404, 'This page does not exist', 'The console has no such page.', CONSOLE)
  }
  return refuseRoute(c, emulatorControl)
})

const CONSOLE = 'Open /_emulator/ for the console. docs/control.md lists the paths of the control.'

// These replace the events of before, a state contains secrets, and a check changes nothing.
const UNREPORTED = ['/_emulator/reset', '/_emulator/state', '/_emulator/settings']

// The administrator's pages change records through the API, and the console acts through the control. Both
// report each request.
const PAGES = ['/_emulator/configure/', '/_emulator/console/']

// Reports changes, because they explain later events.
async function reportControl(c: AppContext, next: () => Promise<void>): Promise<void> {
  const { method, path } = c.req
  await next()
  const isPage = PAGES.some((each) => path.startsWith(each))
  const isReported = method !== 'GET' && method !== 'HEAD' && !isPage && !UNREPORTED.includes(path)
  if (isReported && c.res.ok)
    report(c, { kind: 'control', method, path, body: c.get('controlBody') })
}
