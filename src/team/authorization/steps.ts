import { loginUrl } from '../../access/login'
import { signTicket } from '../../access/ticket'
import { newGrantId } from '../../access/token'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { redirectToStep } from '../../signin/browser'
import type { AuthorizationRequest } from './request'
import { endSession, hasEndedSession, type SignedIn } from './session'

/** The lifetime of the consent page's ticket. */
const CONSENT_LIFETIME_SECONDS = 15 * 60

/** The advice to a client whose person has to consent again. */
export const KEEP_REFRESH_TOKEN =
  'Keep the refresh token, so that no person has to authorize again. The quirk consent-remembered skips the consent page once a person has allowed the client.'

const LOGIN_AGAIN = {
  rule: 'T17',
  why: 'The last login is older than grant.session_duration, so the login page is next (the quirk login-after-session).',
}

/**
 * Redirects to the login page, because no person is signed in.
 *
 * @param again whether a person is, but has to log in again
 */
export async function redirectToLogin(
  c: AppContext,
  query: string,
  request: AuthorizationRequest,
  again = false,
): Promise<Response> {
  if (c.get('quirks').has('logout-bounce') && (await hasEndedSession(c))) return bounce(c, request)
  reportDecision(c, {
    kind: 'authorization',
    step: 'login',
    outcome: 'asked',
    ...(again ? LOGIN_AGAIN : { why: 'No person is signed in, so the login page is next.' }),
  })
  return redirectToStep(c, await loginFor(c, query, request, again || undefined))
}

// Access: reported [P31].
function bounce(c: AppContext, { resource }: AuthorizationRequest): Response {
  endSession(c)
  reportDecision(c, {
    kind: 'authorization',
    step: 'login',
    outcome: 'asked',
    rule: 'P31',
    why: 'The person logged out of the application, so this authorization ends at its root and never at the callback.',
    change: 'Start the authorization again.',
  })
  return redirectToStep(c, new URL('/', resource).href)
}

/**
 * Redirects to the consent page.
 *
 * Not like Access: there the consent page was seen on the application's host. Here it is on the team
 * domain, bound to the session cookie, so that no proof of a person reaches another host.
 */
export async function redirectToConsent(
  c: AppContext,
  query: string,
  { identityNonce }: SignedIn,
): Promise<Response> {
  const { now, team, ticketSecret } = c.var
  reportDecision(c, {
    kind: 'authorization',
    step: 'consent',
    outcome: 'asked',
    rule: 'A8',
    why: 'Every authorization needs consent; Access never remembers it (P8).',
    change: KEEP_REFRESH_TOKEN,
  })
  // One page is one authorization, however often its buttons are pressed.
  const claims = { query, identityNonce, grantId: newGrantId() }
  const ticket = await signTicket(ticketSecret, 'consent', claims, now, CONSENT_LIFETIME_SECONDS)
  return redirectToStep(c, `${team.origin}${team.accessPath}/oauth/consent?request=${ticket}`)
}

/**
 * Returns the URL of the login page that leads back to this authorization.
 *
 * @param again whether a person who is signed in may log in as another one
 */
export function loginFor(
  c: AppContext,
  query: string,
  { application, resource }: AuthorizationRequest,
  again?: boolean,
): Promise<string> {
  const { now, team, ticketSecret } = c.var
  const redirectUrl = `${team.accessPath}/oauth/authorization?${query}`
  const host = new URL(resource).host
  return loginUrl(team, ticketSecret, application, host, { redirectUrl, again }, now)
}
