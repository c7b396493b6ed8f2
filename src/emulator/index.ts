import { Hono } from 'hono'
import { isBrowserNavigation } from '../access/navigation'
import { PageError } from '../pages/respond'
import type { AppContext, Env } from '../request/context'
import { report } from '../request/events'
import { onDemand } from '../request/on-demand'
import { configure } from '../request/prepare'
import { signAssertion } from './assertions'
import { changeAutoSignIn, showAutoSignIn } from './auto-sign-in'
import { checkOrigin } from './check-origin'
import { forgetClient, forgetClients, showClients } from './clients'
import { changeClock, showClock } from './clock'
import { administratorPages } from './configure'
import { consolePages } from './console'
import { changeDns, showDns } from './dns'
import { showEvents } from './events'
import { clearFaults, showFaults, switchFaultOff, switchFaultOn, switchFaults } from './faults'
import { endAllGrants, endGrant, endToken, showGrants } from './grants'
import { guardControl } from './guard'
import { showInEffect, turnAllOff } from './in-effect'
import { rotateKeys } from './keys'
import { changePeople, showPeople } from './people'
import { beginAdminSignIn, expireAdminGrant } from './portals/admin-grant'
import { forgetPortalClient, registerPortalClient } from './portals/client'
import { showPortals } from './portals/list'
import { showSight } from './portals/sees'
import { compareCatalogue, showUpstreams, syncUpstream } from './portals/upstreams'
import { showQuirks, switchQuirk } from './quirks'
import { reset } from './reset'
import { respond } from './respond'
import { revoke } from './revoke'
import { refuseRoute } from './route'
import { endSession, endSessions, showSessions } from './sessions'
import { checkSettings, showSettings } from './settings'
import { loadState, showState } from './state'
import { issueTokens } from './tokens'
import { showUrls } from './urls'

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
emulatorControl.get('/clock', showClock)
emulatorControl.patch('/clock', changeClock)
emulatorControl.post('/revoke', configure, revoke)
emulatorControl.post('/tokens', configure, issueTokens)
emulatorControl.post('/assertions', configure, signAssertion)
emulatorControl.post('/check-origin', configure, checkOrigin)
emulatorControl.post('/keys/rotate', rotateKeys)
emulatorControl.get('/people', showPeople)
emulatorControl.put('/people', changePeople)
emulatorControl.get('/dns', showDns)
emulatorControl.put('/dns', changeDns)
emulatorControl.get('/events', showEvents)
emulatorControl.get('/faults', showFaults)
emulatorControl.put('/faults', switchFaults)
emulatorControl.delete('/faults', clearFaults)
emulatorControl.put('/faults/:name', switchFaultOn)
emulatorControl.delete('/faults/:name', switchFaultOff)
emulatorControl.get('/quirks', showQuirks)
emulatorControl.put('/quirks/:name', switchQuirk)
emulatorControl.get('/clients', showClients)
emulatorControl.delete('/clients', forgetClients)
emulatorControl.delete('/clients/:id', forgetClient)
emulatorControl.get('/clients/:id/report', page('showClientReport'))
emulatorControl.get('/grants', configure, showGrants)
emulatorControl.delete('/grants', endAllGrants)
emulatorControl.delete('/grants/:id', endGrant)
emulatorControl.delete('/grants/:id/tokens/:token', endToken)
emulatorControl.get('/sessions', showSessions)
emulatorControl.delete('/sessions', endSessions)
emulatorControl.delete('/sessions/:id', endSession)
emulatorControl.get('/portals', configure, showPortals)
emulatorControl.get('/portals/:id/sees', configure, showSight)
emulatorControl.get('/upstreams', configure, showUpstreams)
emulatorControl.get('/upstreams/:id/catalogue', configure, compareCatalogue)
emulatorControl.post('/upstreams/:id/sync', configure, syncUpstream)
emulatorControl.post('/upstreams/:id/admin-grant', configure, beginAdminSignIn)
emulatorControl.delete('/upstreams/:id/admin-grant', configure, expireAdminGrant)
emulatorControl.post('/upstreams/:id/client', configure, registerPortalClient)
emulatorControl.delete('/upstreams/:id/client', configure, forgetPortalClient)
emulatorControl.get('/settings', configure, showSettings)
emulatorControl.post('/settings', checkSettings)
emulatorControl.get('/rules', page('showRules'))
emulatorControl.get('/rules/:id', page('showRule'))
emulatorControl.get('/state', showState)
emulatorControl.put('/state', loadState)
emulatorControl.post('/reset', reset)
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
