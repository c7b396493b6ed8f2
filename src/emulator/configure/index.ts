/*
 * The administrator's pages below `/_emulator/configure`: OAuth clients, and the records of Access. They are
 * forms over the management API and can do nothing that it cannot. Their markup is in `pages/configure/`.
 */
import { type Context, Hono } from 'hono'
import { PageError, respondPageError } from '../../pages/respond'
import type { Env } from '../../request/context'
import { configure } from '../../request/prepare'
import { editApplication, showApplications } from './applications'
import { createOAuthClient, editOAuthClient, showOAuthClients } from './oauth-clients'
import { peoplePage } from './people'
import { JSON_KINDS } from './record-kinds'
import { editRecord, showRecords } from './records'
import { serviceTokensPage } from './service-tokens'
import { exportPage, importPage } from './take-along'
import { showWhoGetsIn } from './who-gets-in'

const METHODS = ['GET', 'POST']
const FIRST = '/_emulator/configure/access/applications'

export const administratorPages = new Hono<Env>()
administratorPages.onError((error, c: Context<Env>) => {
  if (error instanceof PageError) return respondPageError(c, error)
  throw error
})
administratorPages.use(configure)
administratorPages.get('/', (c) => c.redirect(FIRST))
administratorPages.get('/oauth-clients', showOAuthClients)
administratorPages.on(METHODS, '/oauth-clients/:account/new', createOAuthClient)
administratorPages.on(METHODS, '/oauth-clients/:account/:client', editOAuthClient)
administratorPages.get('/access', (c) => c.redirect(FIRST))
administratorPages.get('/access/applications', showApplications)
administratorPages.on(METHODS, '/access/applications/:id', editApplication)
administratorPages.on(METHODS, '/access/service-tokens', serviceTokensPage)
administratorPages.on(METHODS, '/access/people', peoplePage)
administratorPages.get('/access/who-gets-in', showWhoGetsIn)
administratorPages.get('/access/take-along', exportPage)
administratorPages.post('/access/take-along', importPage)
for (const kind of JSON_KINDS) {
  const path = `/access/${kind.slug}`
  if (kind.isSingle) {
    administratorPages.on(METHODS, path, (c) => editRecord(c, kind))
  } else {
    administratorPages.get(path, (c) => showRecords(c, kind))
    administratorPages.on(METHODS, `${path}/:id`, (c) => editRecord(c, kind))
  }
}
