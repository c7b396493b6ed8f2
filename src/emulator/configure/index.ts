/*
 * The administrator's pages below `/_emulator/configure`: OAuth clients, and the records of Access. They are
 * forms over the management API and can do nothing that it cannot. Their markup is in `pages/configure/`.
 */
import { type Context, Hono } from 'hono'
import { PageError, respondPageError } from '../../pages/page-error'
import type { Env } from '../../request/context'
import { onDemand } from '../../request/on-demand'
import { configure } from '../../request/prepare'
import { JSON_KINDS } from './record-kinds'

const METHODS = ['GET', 'POST']
const FIRST = '/_emulator/configure/access/applications'
const page = onDemand(() => import('../pages'))

export const administratorPages = new Hono<Env>()
administratorPages.onError((error, c: Context<Env>) => {
  if (error instanceof PageError) return respondPageError(c, error)
  throw error
})
administratorPages.use(configure)
administratorPages.get('/', (c) => c.redirect(FIRST))
administratorPages.get('/oauth-clients', page('showOAuthClients'))
administratorPages.on(METHODS, '/oauth-clients/:account/new', page('createOAuthClient'))
administratorPages.on(METHODS, '/oauth-clients/:account/:client', page('editOAuthClient'))
administratorPages.get('/access', (c) => c.redirect(FIRST))
administratorPages.get('/access/applications', page('showApplications'))
administratorPages.on(METHODS, '/access/applications/:id', page('editApplication'))
administratorPages.on(METHODS, '/access/service-tokens', page('serviceTokensPage'))
administratorPages.on(METHODS, '/access/people', page('peoplePage'))
administratorPages.get('/access/who-gets-in', page('showWhoGetsIn'))
administratorPages.get('/access/take-along', page('exportPage'))
administratorPages.post('/access/take-along', page('importPage'))
for (const kind of JSON_KINDS) {
  const path = `/access/${kind.slug}`
  if (kind.isSingle) {
    administratorPages.on(METHODS, path, page('editRecord', kind))
  } else {
    administratorPages.get(path, page('showRecords', kind))
    administratorPages.on(METHODS, `${path}/:id`, page('editRecord', kind))
  }
}
