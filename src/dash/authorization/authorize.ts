import { signTicket } from '../../access/ticket'
import { type Account, accountsOf, findAccount, isMember } from '../../account/members'
import { isFirstParty, publisherOf } from '../../account/oauth/dash-client'
import { DashError } from '../../account/oauth/dash-error'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import { PageError } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { actorsOf, report, reportDecision, reportInstead } from '../../request/events'
import { automaticPerson } from '../../signin/automatic'
import { redirectToStep } from '../../signin/browser'
import { redirectToLogin } from '../login'
import { type SignedIn, signedIn, signedInByCookie } from '../session'
import { type Consent, openGrant } from './grant'
import { requireChallenge } from './pkce'
import { type AuthorizationRequest, readAuthorizationRequest } from './request'
import { AuthorizationError, redirectCode } from './respond'

/** How long the consent page may be left open, in seconds. */
const CONSENT_LIFETIME_SECONDS = 15 * 60

/**
 * `GET /oauth2/auth` (B.2).
 *
 * @throws AuthorizationError, PageError
 */
export async function authorize(c: AppContext): Promise<Response> {
  const query = c.get('url').search.slice(1)
  return proceed(c, query, readAuthorizationRequest(c, query))
}

/**
 * Decides what comes next in an authorization: who? a member, where the application is private?
 * consented? then the code. Every step returns here; no step knows another.
 *
 * @param query the authorization request's query, which the steps carry on
 * @param decided what the person said on the consent page
 */
export async function proceed(
  c: AppContext,
  query: string,
  request: AuthorizationRequest,
  decided?: Consent | 'cancel',
): Promise<Response> {
  const { client, target } = request
  // Who has decided on the page is who the page was for.
  const who = decided ? await signedInByCookie(c) : await signedIn(c, client.client_id)
  if (!who) {
    asked(c, 'login', 'Nobody is signed in: the login page is next.')
    return redirectToLogin(c, `/oauth2/auth?${query}`)
  }
  refuseOutsiders(c, client, who)
  // Observed (B.3). Consent is asked at every authorization and never remembered.
  const consent = decided ?? (await automaticConsent(c, request, who))
  if (consent === undefined) {
    asked(c, 'consent', 'The person is asked for every authorization.')
    return redirectToStep(c, await consentFor(c, query, who))
  }
  if (consent === 'cancel') throw cancelled(request)
  const codeChallenge = answering(request, () => requireChallenge(request))
  if (!publisherOf(client)?.isVerified) {
    report(c, { kind: 'client-not-verified', ...actorsOf(c) })
  }
  const code = await openGrant(c, request, who, consent, codeChallenge)
  return redirectCode(c, target, code, consent.scopes)
}

function asked(c: AppContext, step: 'login' | 'consent', why: string): void {
  reportDecision(c, { kind: 'authorization', step, outcome: 'asked', why })
}

/** The accounts that a person can choose from. */
export function selectableAccounts(c: AppContext, { email }: SignedIn): Account[] {
  return accountsOf(c.get('settings').ACCOUNTS, email)
}

// Dashboard: documented (A.4). Assumed: the status.
function refuseOutsiders(c: AppContext, client: OAuthClient, { email }: SignedIn): void {
  if (client.visibility === 'public' || isFirstParty(client)) return
  const owner = findAccount(c.get('settings').ACCOUNTS, client.account_id)
  if (owner && isMember(owner, email)) return
  reportInstead(c, { kind: 'private-application-refused' })
  throw new PageError(
    403,
    'This is a private application',
    `Only members of the account that owns ${client.client_name} can authorize it, and ${email} is none.`,
    'Its owner can make you a member, or make the application public.',
  )
}

async function automaticConsent(
  c: AppContext,
  { client, scopes }: AuthorizationRequest,
  who: SignedIn,
): Promise<Consent | 'cancel' | undefined> {
  const automatic = await automaticPerson(c, client.client_id)
  if (!automatic) return undefined
  if (automatic.consent === 'deny') return 'cancel'
  // Observed (B.2): who asks for nothing sees "0 total permissions", and cannot be authorized.
  if (scopes.length === 0) {
    throw new PageError(400, '0 total permissions', 'The request has no scope to authorize.')
  }
  return { accountIds: selectableAccounts(c, who).map(({ id }) => id), scopes }
}

async function consentFor(c: AppContext, query: string, who: SignedIn): Promise<string> {
  const { dash, now, ticketSecret } = c.var
  const claims = { query, identityNonce: who.identityNonce }
  const ticket = await signTicket(
    ticketSecret,
    'dash-consent',
    claims,
    now,
    CONSENT_LIFETIME_SECONDS,
  )
  return `${dash.origin}/oauth2/consent?request=${ticket}`
}

// Assumed: the hint, which tells that a person did it.
function cancelled({ target }: AuthorizationRequest): AuthorizationError {
  return new AuthorizationError(
    target,
    new DashError('access_denied', 'The resource owner denied the request.'),
  )
}

function answering<T>({ target }: AuthorizationRequest, check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof DashError ? new AuthorizationError(target, error) : error
  }
}
