import { grantLifetimes } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { loginUrl } from '../../access/login'
import { identityNonceOf, newSessionId } from '../../access/revocation'
import { signTicket } from '../../access/ticket'
import { OAuthError } from '../../oauth/errors'
import type { AppContext } from '../../request/context'
import { note, report, reportDecision } from '../../request/events'
import { strikes } from '../../request/faults'
import { logDecision, reasonFor, verdictOf, whereFrom } from '../../request/judge'
import { automaticPerson } from '../../signin/automatic'
import { redirectToStep } from '../../signin/browser'
import { resourceNote } from '../resource-note'
import { showBlocked } from './blocked'
import { type AuthorizationRequest, readAuthorizationRequest } from './request'
import { RedirectedError, redirectCode } from './respond'
import { type SignedIn, signedIn, signedInByCookie } from './session'

/** How long the consent page may be left open, in seconds. */
const CONSENT_LIFETIME_SECONDS = 15 * 60

// A name that can be nobody's (RFC 2606).
const WRONG_ISSUER = 'https://issuer.invalid'

/** What spares a person the consent page. */
export const REMEMBERED =
  'Keep the refresh token, so that nobody has to authorize again; the quirk consent-remembered shows what people expect instead.'

type Consent = 'allow' | 'deny'

/**
 * `GET /cdn-cgi/access/oauth/authorization` [A1-A14].
 *
 * @throws PageError, RedirectedError
 */
export async function authorize(c: AppContext): Promise<Response> {
  const query = c.get('url').search.slice(1)
  const request = await readAuthorizationRequest(c, query)
  return proceed(c, query, request)
}

/**
 * Decides what comes next in an authorization: who? allowed? consented? then the code. Every step
 * returns here; no step knows another.
 *
 * @param query the authorization request's query, which the steps carry on
 * @param decided what the person said on the consent page
 */
export async function proceed(
  c: AppContext,
  query: string,
  request: AuthorizationRequest,
  decided?: Consent,
): Promise<Response> {
  const { application, client, target } = request
  // Who has decided on the page is who the page was for.
  const who = decided ? await signedInByCookie(c) : await signedIn(c, client.clientId)
  if (!who) {
    reportDecision(c, {
      kind: 'authorization',
      step: 'login',
      outcome: 'asked',
      why: 'Nobody is signed in: the login page is next.',
    })
    return redirectToStep(c, await loginFor(c, query, request))
  }
  const automatic = decided ? undefined : await automaticPerson(c, client.clientId)
  note(c, {
    kind: 'authorization',
    email: who.identity.email,
    isAutomatic: automatic !== undefined,
  })
  const subject = { identity: who.identity, ...whereFrom(c) }
  const verdict = verdictOf(c, application, subject)
  const log = () => logDecision(c, application, 'authorization', subject, verdict)
  if (verdict.decision === 'deny') {
    log()
    const reason = reasonFor(c, application, subject, verdict)
    reportDecision(c, { kind: 'authorization', step: 'blocked', ...reason })
    // Assumed [A11]: Access's ordinary block page, and nothing goes back to the client.
    return showBlocked(c, application, who.identity, await loginFor(c, query, request, true))
  }
  // Access: observed [A8]. Consent is asked on every authorization and never remembered.
  const quirks = c.get('quirks')
  const consent = decided ?? automatic?.consent ?? (await rememberedConsent(c, request, who))
  // The policies are asked again after the consent page; the log has one entry for both.
  if (consent === undefined) {
    reportDecision(c, {
      kind: 'authorization',
      step: 'consent',
      outcome: 'asked',
      rule: 'A8',
      why: 'The person is asked at every authorization; consent is never remembered (P8).',
      change: REMEMBERED,
    })
    return redirectToStep(c, await consentFor(c, query, who))
  }
  log()
  switch (consent) {
    case 'deny':
      note(c, { kind: 'authorization', step: 'denied' })
      throw new RedirectedError(
        target,
        new OAuthError('access_denied', 'The user denied the request', {
          hint: { rule: 'RFC 6749 4.1.2.1', why: 'The person pressed Deny on the consent page.' },
        }),
      )
    case 'allow':
      reportDecision(c, {
        kind: 'authorization',
        step: 'code',
        outcome: 'allowed',
        rule: reasonFor(c, application, subject, verdict).rule,
        why: `${who.identity.email} allowed ${request.client.name ?? 'the client'}: a code goes to its redirect_uri. ${resourceNote(request.resourceSent, request.resource)}`.trim(),
      })
      if (quirks.has('consent-remembered')) await rememberConsent(c, request, who)
      return redirectCode(
        c,
        target,
        await openGrant(c, request, who, verdict.policy.id),
        await issuerFor(c, request),
      )
  }
}

// Not like Access but for the quirk.
async function rememberedConsent(
  c: AppContext,
  request: AuthorizationRequest,
  who: SignedIn,
): Promise<Consent | undefined> {
  if (!c.get('quirks').has('consent-remembered')) return undefined
  return (await c.get('stores').consents.find(consentKey(request, who))) && 'allow'
}

async function rememberConsent(c: AppContext, request: AuthorizationRequest, who: SignedIn) {
  await c.get('stores').consents.put(consentKey(request, who), { atSeconds: c.get('now') })
}

function consentKey({ application, client }: AuthorizationRequest, { identity }: SignedIn): string {
  return `${application.id}:${client.clientId}:${identity.email}`
}

// Access: observed [A10], there is none; but for the quirk, and the fault that lies.
async function issuerFor(
  c: AppContext,
  { application, client }: AuthorizationRequest,
): Promise<string | undefined> {
  const fault = await strikes(c, 'wrong-issuer', { clientId: client.clientId, application })
  if (fault) return WRONG_ISSUER
  return c.get('quirks').has('iss-in-response') ? c.get('team').origin : undefined
}

function loginFor(
  c: AppContext,
  query: string,
  request: AuthorizationRequest,
  again?: boolean,
): Promise<string> {
  const team = c.get('team')
  const ticketSecret = c.get('ticketSecret')
  const now = c.get('now')
  return loginUrl(
    team,
    ticketSecret,
    request.application,
    new URL(request.resource).host,
    { redirectUrl: `${team.accessPath}/oauth/authorization?${query}`, again },
    now,
  )
}

// Not like Access: the consent page was seen on the application's host. Here it is on the team
// domain, bound to the session cookie, so that no proof of a person travels to another host.
async function consentFor(c: AppContext, query: string, who: SignedIn): Promise<string> {
  const team = c.get('team')
  const ticketSecret = c.get('ticketSecret')
  const now = c.get('now')
  const ticket = await signTicket(
    ticketSecret,
    'consent',
    { query, identityNonce: who.identityNonce },
    now,
    CONSENT_LIFETIME_SECONDS,
  )
  return `${team.origin}${team.accessPath}/oauth/consent?request=${ticket}`
}

async function openGrant(
  c: AppContext,
  request: AuthorizationRequest,
  who: SignedIn,
  policyId: string,
): Promise<string> {
  const now = c.get('now')
  const settings = c.get('settings')
  const state = c.get('state')
  const stores = c.get('stores')
  const { client, target, application, oauth } = request
  const { id, name, type } = application
  const { identity } = who
  const { ip, country } = whereFrom(c)
  const lifetimes = grantLifetimes(application, oauth)
  // Access: documented as fixed from login. Assumed: from this authorization, where an older session
  // made the login page unnecessary.
  const sessionEndsAtSeconds = now + lifetimes.sessionDurationSeconds
  // Of its own, so that a logout ends the browser's session and no client's grant.
  const sessionId = newSessionId(state.revocations)
  const expiresAtSeconds = sessionEndsAtSeconds
  const revision = state.revocations.count
  const hostname = new URL(request.resource).host
  report(
    c,
    {
      kind: 'signed-in',
      holder: 'client',
      identity,
      sessionId,
      revision,
      expiresAtSeconds,
      ip,
      country,
    },
    { kind: 'application-opened', sessionId, application: { id, name, type }, hostname },
  )
  const { code, grantId } = await stores.grants.open(
    {
      clientId: client.clientId,
      applicationId: id,
      identity,
      identityNonce: identityNonceOf(sessionId, state.revocations),
      country,
      resource: request.resource,
      createdAtSeconds: now,
      sessionEndsAtSeconds,
    },
    {
      redirectUri: target.redirectUri.text,
      codeChallenge: request.codeChallenge,
      // Access: contradictory, a short life in the docs and six hours in one observation.
      expiresAtSeconds: now + wholeSeconds(settings.CODE_LIFETIME),
      policyId,
      accessTokenLifetimeSeconds: lifetimes.accessTokenLifetimeSeconds,
    },
  )
  note(c, { grantId })
  return code
}
