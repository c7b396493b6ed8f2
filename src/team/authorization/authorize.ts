import { grantLifetimes } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { identityNonceOf, newSessionId } from '../../access/revocation'
import { type Credential, deriveSecret } from '../../access/token'
import type { AppContext } from '../../request/context'
import { note, report, reportDecision } from '../../request/events'
import { strikes } from '../../request/faults'
import { logDecision, reasonFor, verdictOf, whereFrom } from '../../request/judge'
import { imported } from '../../request/on-demand'
import { WRONG_ISSUER } from '../../request/server-metadata'
import { automaticPerson } from '../../signin/automatic'
import type { PortalGrant } from '../../store/emulator/portal-state'
import { enrol } from '../enrol'
import { reportForeignResource, resourceNote } from '../resource-note'
import { showBlocked } from './blocked'
import { alreadyAllowed, deniedByPerson } from './refusals'
import { type PageDecision, rememberConsent, rememberedConsent } from './remembered-consent'
import { type AuthorizationRequest, readAuthorizationRequest } from './request'
import { RedirectedError, redirectCode } from './respond'
import { type SignedIn, signedIn, signedInByCookie } from './session'
import { loginFor, redirectToConsent, redirectToLogin } from './steps'

const portalStep = imported(() => import('./servers-step'))

/**
 * Handles `GET /cdn-cgi/access/oauth/authorization` [A1-A14].
 *
 * @throws PageError, RedirectedError
 */
export async function authorize(c: AppContext): Promise<Response> {
  const query = c.get('url').search.slice(1)
  const request = await readAuthorizationRequest(c, query)
  reportForeignResource(c, request)
  return proceed(c, query, request)
}

/**
 * Decides the next step of an authorization: login, policies, consent, then the code. Every step
 * returns here, and no step depends on another.
 *
 * @param query the authorization request's query, which the steps pass on
 * @param decided the decision on the consent page, if this request is its form or that of the page of servers
 */
export async function proceed(
  c: AppContext,
  query: string,
  request: AuthorizationRequest,
  decided?: PageDecision,
): Promise<Response> {
  const { application, client, target } = request
  // The consent page is bound to the session cookie, so its form never signs in automatically.
  const who = decided ? await signedInByCookie(c) : await signedIn(c, client.clientId)
  if (!who) return redirectToLogin(c, query, request)
  if (!decided && isLoginTooOld(c, request, who)) return redirectToLogin(c, query, request, true)
  const automatic = decided ? undefined : await automaticPerson(c, client.clientId)
  const { identity } = who
  note(c, { kind: 'authorization', email: identity.email, isAutomatic: automatic !== undefined })
  const subject = { identity, ...whereFrom(c) }
  const verdict = verdictOf(c, application, subject)
  const reason = reasonFor(c, application, subject, verdict)
  const log = () => logDecision(c, application, 'authorization', subject, verdict)
  if (verdict.decision === 'deny') {
    log()
    reportDecision(c, { kind: 'authorization', step: 'blocked', ...reason })
    // Assumed [A11]: the ordinary block page; nothing is redirected to the client.
    return showBlocked(c, application, identity, await loginFor(c, query, request, true))
  }
  // Access: observed [A8]. Every authorization needs consent, which is never remembered.
  const consent =
    decided?.action ?? automatic?.consent ?? (await rememberedConsent(c, request, who))
  if (consent === undefined) return redirectToConsent(c, query, who)
  // Logged here, because the policies are evaluated before and after the consent page.
  log()
  switch (consent) {
    case 'deny':
      if (decided && (await c.get('stores').grants.find(decided.grantId))) throw alreadyAllowed()
      note(c, { kind: 'authorization', step: 'denied' })
      throw new RedirectedError(target, deniedByPerson())
    case 'allow': {
      const isAutomatic = automatic !== undefined
      const step = application.type === 'mcp_portal' ? await portalStep() : undefined
      const servers = await step?.serversStep(c, query, request, who, { decided, isAutomatic })
      if (servers instanceof Response) return servers
      await enrol(c, application, identity.email)
      const code = await openGrant(c, request, who, verdict.policy.id, {
        pageGrantId: decided?.grantId,
        portalGrant: servers,
      })
      reportAllowed(c, request, who, reason.rule)
      await rememberConsent(c, request, who)
      return redirectCode(c, target, code, await issuerFor(c, request))
    }
  }
}

// Access: observed [A9]. A live session skips the login page. Assumed: also after a grant's session has
// ended. The documentation says otherwise, as the quirk does.
function isLoginTooOld(c: AppContext, { application, oauth }: AuthorizationRequest, who: SignedIn) {
  if (!c.get('quirks').has('login-after-session')) return false
  const { sessionDurationSeconds } = grantLifetimes(application, oauth)
  return c.get('now') >= who.issuedAtSeconds + sessionDurationSeconds
}

function reportAllowed(
  c: AppContext,
  { client, resource, resourceSent }: AuthorizationRequest,
  { identity }: SignedIn,
  rule: string | undefined,
): void {
  const note =
    resourceSent === undefined
      ? `The request had no resource, so the quirk default-resource chose ${resource}.`
      : resourceNote(resourceSent, resource)
  const why = `${identity.email} allowed ${client.name ?? 'the client'}: a code is sent to its redirect_uri. ${note}`
  reportDecision(c, {
    kind: 'authorization',
    step: 'code',
    outcome: 'allowed',
    rule,
    why: why.trim(),
  })
}

// Access: observed [A10]. The response has no `iss`, unless a quirk or the fault `wrong-issuer` sets it.
async function issuerFor(
  c: AppContext,
  { application, client, target }: AuthorizationRequest,
): Promise<string | undefined> {
  const subject = { clientId: client.clientId, application }
  if (await strikes(c, 'wrong-issuer', subject)) return WRONG_ISSUER
  if (await strikes(c, 'missing-issuer', subject)) return undefined
  return target.iss
}

async function openGrant(
  c: AppContext,
  request: AuthorizationRequest,
  who: SignedIn,
  policyId: string,
  {
    pageGrantId,
    portalGrant,
  }: { pageGrantId?: string | undefined; portalGrant?: PortalGrant | undefined },
): Promise<string> {
  const now = c.get('now')
  const state = c.get('state')
  const { client, target, application, oauth } = request
  const { identity } = who
  const { country } = whereFrom(c)
  const lifetimes = grantLifetimes(application, oauth)
  // Access: documented [T17]. The session lasts from the login. Assumed: from this authorization, if
  // an older session made the login page unnecessary.
  const sessionEndsAtSeconds = now + lifetimes.sessionDurationSeconds
  // A session of the grant's own, so that a logout ends the browser's session and no grant.
  const sessionId = newSessionId(state.revocations)
  const credential = pageGrantId && (await credentialOf(c, pageGrantId))
  const { code, grantId, outcome } = await c.get('stores').grants.open(
    {
      clientId: client.clientId,
      applicationId: application.id,
      identity,
      identityNonce: identityNonceOf(sessionId, state.revocations),
      country,
      resource: request.resource,
      ...(request.scope !== undefined && { scope: request.scope }),
      createdAtSeconds: now,
      sessionEndsAtSeconds,
    },
    {
      redirectUri: target.redirectUri.text,
      codeChallenge: request.codeChallenge,
      // Access: documented as short, and observed once as six hours.
      expiresAtSeconds: now + wholeSeconds(c.get('settings').CODE_LIFETIME),
      policyId,
      accessTokenLifetimeSeconds: lifetimes.accessTokenLifetimeSeconds,
    },
    credential || undefined,
  )
  if (outcome === 'closed') throw alreadyAllowed()
  if (portalGrant) {
    const { emulator } = c.var
    await emulator.portals.put('grant', grantId, grantId, sessionEndsAtSeconds, portalGrant)
  }
  note(c, { grantId })
  if (outcome === 'repeated') return code
  reportSignIn(c, request, identity, sessionId, sessionEndsAtSeconds)
  return code
}

function reportSignIn(
  c: AppContext,
  { application: { id, name, type }, resource }: AuthorizationRequest,
  identity: SignedIn['identity'],
  sessionId: string,
  expiresAtSeconds: number,
): void {
  const revision = c.get('state').revocations.count
  const signIn = { holder: 'client', identity, sessionId, revision, expiresAtSeconds } as const
  const hostname = new URL(resource).host
  report(
    c,
    { kind: 'signed-in', ...signIn, ...whereFrom(c) },
    { kind: 'application-opened', sessionId, application: { id, name, type }, hostname },
  )
}

// Derived, so that the page that is sent twice returns the same code without storing it.
async function credentialOf(c: AppContext, grantId: string): Promise<Credential> {
  const { ticketSecret } = c.get('state')
  return { grantId, secret: await deriveSecret(ticketSecret, `consent:${grantId}`) }
}
