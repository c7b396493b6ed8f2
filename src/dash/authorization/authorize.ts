import { signTicket } from '../../access/ticket'
import { type Account, accountsOf, findAccount, isMember } from '../../account/members'
import { isFirstParty, publisherOf } from '../../account/oauth/dash-client'
import { DashError } from '../../account/oauth/dash-error'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import { isUnlistedScope } from '../../account/scopes'
import { PageError } from '../../pages/page-error'
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

/** The lifetime of an open consent page. */
const CONSENT_LIFETIME_SECONDS = 15 * 60

/**
 * Handles `GET /oauth2/auth`.
 *
 * Dashboard: observed [D9].
 *
 * @throws AuthorizationError, PageError
 */
export async function authorize(c: AppContext): Promise<Response> {
  const query = c.get('url').search.slice(1)
  const request = readAuthorizationRequest(c, query)
  const unlisted = request.scopes.filter(isUnlistedScope)
  if (unlisted.length > 0) {
    const { client_id: id, client_name: name } = request.client
    report(c, { kind: 'scopes-not-listed', client: { id, name }, scopes: unlisted })
  }
  return proceed(c, query, request)
}

/**
 * Decides the next step of an authorization: login, membership if the application is private, consent,
 * then the code. Every step returns here; no step knows another.
 *
 * @param query the query of the authorization request, which every step passes on
 * @param decided the person's decision on the consent page
 */
export async function proceed(
  c: AppContext,
  query: string,
  request: AuthorizationRequest,
  decided?: Consent | 'cancel',
): Promise<Response> {
  const { client, target } = request
  // The consent page is bound to its session, so a decision counts for that session only.
  const who = decided ? await signedInByCookie(c) : await signedIn(c, client.client_id)
  if (!who) {
    asked(c, 'login', 'No person is signed in: the login page is next.')
    return redirectToLogin(c, `/oauth2/auth?${query}`)
  }
  refuseOutsiders(c, client, who)
  // Dashboard: observed [D15]. Every authorization needs consent; none is remembered.
  const consent = decided ?? (await automaticConsent(c, request, who))
  if (consent === undefined) {
    asked(c, 'consent', 'Every authorization needs consent: the consent page is next.')
    return redirectToStep(c, await consentFor(c, query, who))
  }
  if (consent === 'cancel') throw cancelled(request)
  const codeChallenge = reportedToClient(request, () => requireChallenge(request))
  if (!publisherOf(client)?.isVerified) {
    report(c, { kind: 'client-not-verified', ...actorsOf(c) })
  }
  const code = await openGrant(c, request, who, consent, codeChallenge)
  return redirectCode(c, target, code, consent.scopes)
}

function asked(c: AppContext, step: 'login' | 'consent', why: string): void {
  reportDecision(c, { kind: 'authorization', step, outcome: 'asked', why })
}

/** Returns the accounts that a person can choose from. */
export function selectableAccounts(c: AppContext, { email }: SignedIn): Account[] {
  return accountsOf(c.get('settings').ACCOUNTS, email)
}

// Dashboard: documented [C12]. Assumed: the status.
function refuseOutsiders(c: AppContext, client: OAuthClient, { email }: SignedIn): void {
  if (client.visibility === 'public' || isFirstParty(client)) return
  const owner = findAccount(c.get('settings').ACCOUNTS, client.account_id)
  if (owner && isMember(owner, email)) return
  reportInstead(c, { kind: 'private-application-refused' })
  throw new PageError(
    403,
    'This is a private application',
    `Only members of the account that owns ${client.client_name} can authorize it. ${email} is not a member.`,
    'Ask its owner to add you to the account, or to make the application public.',
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
  // Dashboard: observed [D12]. A request without scopes cannot be authorized.
  if (scopes.length === 0) {
    throw new PageError(
      400,
      '0 total permissions',
      'The authorization request has no scope.',
      'Request at least one of the scopes of the client.',
    )
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

// Dashboard: documented [D18]. Assumed: the hint, which says that a person cancelled.
function cancelled({ target }: AuthorizationRequest): AuthorizationError {
  return new AuthorizationError(
    target,
    new DashError('access_denied', 'The resource owner denied the request.'),
  )
}

/** Runs a check whose refusal is sent to the client. */
function reportedToClient<T>({ target }: AuthorizationRequest, check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof DashError ? new AuthorizationError(target, error) : error
  }
}
