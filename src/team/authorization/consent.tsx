import * as z from 'zod'
import { grantLifetimes } from '../../access/application'
import { formatDuration } from '../../access/duration'
import { ConsentPage } from '../../pages/consent'
import { respondPage } from '../../pages/respond'
import { UNNAMED } from '../../pages/unnamed'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { readPageForm, SEVERED } from '../../signin/browser'
import { proceed } from './authorize'
import { readPageTicket } from './page-ticket'
import { staleConsentPage, unknownAction } from './refusals'
import { type AuthorizationRequest, readAuthorizationRequest } from './request'
import type { SignedIn } from './session'
import { KEEP_REFRESH_TOKEN } from './steps'

const ticketSchema = z.object({
  query: z.string(),
  identityNonce: z.string(),
  grantId: z.string(),
})

/**
 * Handles `/cdn-cgi/access/oauth/consent`, the page "Authorize Client" [A8]. GET shows the page, POST
 * reads `action` (`allow` or `deny`).
 *
 * The ticket contains the id of the grant, so that a form that is sent twice starts one grant.
 *
 * @throws PageError, RedirectedError
 */
export async function consent(c: AppContext): Promise<Response> {
  const page = await readPageTicket(c, 'consent', ticketSchema)
  if (!page) throw staleConsentPage()
  const { ticket, who } = page
  const { grantId, query } = ticket
  // The request is checked again, because rules may have changed while the page was open.
  const request = await readAuthorizationRequest(c, query)
  if (c.req.method !== 'POST') {
    reportDecision(c, {
      kind: 'authorization',
      step: 'consent',
      outcome: 'asked',
      rule: 'A8',
      why: `The page "Authorize Client" is shown, as at every authorization (P8). ${SEVERED}`,
      change: KEEP_REFRESH_TOKEN,
      email: who.identity.email,
    })
    return showConsent(c, request, who)
  }
  const action = (await readPageForm(c)).get('action')
  if (action !== 'allow' && action !== 'deny') throw unknownAction()
  return proceed(c, query, request, { action, grantId })
}

function showConsent(c: AppContext, request: AuthorizationRequest, who: SignedIn) {
  const { client, target, application, oauth, resource } = request
  const lifetimes = grantLifetimes(application, oauth)
  const { host, protocol } = target.redirectUri.url
  return respondPage(c, 200, (nonce) => (
    <ConsentPage
      nonce={nonce}
      client={{ name: client.name || UNNAMED, id: client.clientId }}
      redirectHost={host || protocol}
      application={application.name}
      resource={resource}
      email={who.identity.email}
      lifetimes={{
        session: formatDuration(lifetimes.sessionDurationSeconds),
        accessToken: formatDuration(lifetimes.accessTokenLifetimeSeconds),
      }}
    />
  ))
}
