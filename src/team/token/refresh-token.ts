import { type Application, grantLifetimes, managedOAuth } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { currentIdentity } from '../../access/identity'
import type { ManagedOAuth } from '../../access/oauth-configuration'
import type { Verdict } from '../../access/policy'
import type { Subject } from '../../access/rule-kinds'
import { livesOn } from '../../access/sign-in'
import type { AppContext } from '../../env'
import { strikes } from '../../faults'
import { logDecision, reasonFor, verdictOf, whereFrom } from '../../judge'
import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { tell } from '../../report'
import type { Client } from '../../store/clients'
import type { AccessGrant } from '../../store/grants/grant'
import {
  namedApplication,
  otherResource,
  revocationRefusal,
  type TokenAnswer,
  tellGrant,
  tokenAnswer,
} from './issue'

/**
 * `grant_type=refresh_token`: the next pair, after the policies were asked again [T11-T18].
 *
 * Redirect rules are not asked: they bind authorizations, not grants [T14].
 *
 * @throws OAuthError `invalid_request`, `invalid_grant`, `invalid_target`
 */
export async function refresh(
  c: AppContext,
  client: Client,
  parameters: Parameters,
): Promise<TokenAnswer> {
  const now = c.get('now')
  const settings = c.get('settings')
  const stores = c.get('stores')
  const refreshToken = parameters.require('refresh_token')
  const named = namedApplication(c, parameters)
  const grant = await stores.grants.findNamed(refreshToken)
  if (!grant) throw invalid()
  const graceSeconds = wholeSeconds(settings.REFRESH_TOKEN_GRACE)
  // A grant's id is no secret, it is in every token of the grant: until a refresh token of it is shown,
  // nothing is said of the grant and nothing happens to it (RFC 6819 4.5.3). The rotation asks that
  // itself, so only what comes before it has to.
  const requireGenuine = async () => {
    const worth = await stores.grants.weigh(refreshToken, { graceSeconds, now })
    if (worth === 'unknown') throw invalid()
    return worth
  }
  if (grant.clientId !== client.clientId) {
    await requireGenuine()
    throw ofAnotherClient()
  }
  const decision = decide(c, grant, named)
  if (decision.refusal) {
    await requireGenuine()
    tellGrant(c, grant)
    if (decision.verdict) log(c, decision)
    throw decision.refusal
  }
  const { application, oauth, verdict } = decision
  const isEndedByFault = c.get('state').faults.some(({ name }) => name === 'revoked-grant')
  if (isEndedByFault && (await requireGenuine()) === 'good') {
    const subject = { clientId: client.clientId, application }
    if (await strikes(c, 'revoked-grant', subject)) await stores.grants.end(grant.id)
  }
  const rotation = await stores.grants.rotate(refreshToken, {
    accessTokenLifetimeSeconds: grantLifetimes(application, oauth).accessTokenLifetimeSeconds,
    policyId: verdict.policy.id,
    graceSeconds,
    onReuse: settings.REFRESH_TOKEN_REUSE,
    now,
  })
  if (rotation.outcome === 'unknown') throw invalid()
  tellGrant(c, grant)
  switch (rotation.outcome) {
    case 'rotated':
      log(c, decision)
      tell(c, rotation.isRepeated ? REPEATED : rotated(c, grant))
      return tokenAnswer(grant, rotation.pair, now)
    case 'reused':
      throw new OAuthError('invalid_grant', 'refresh token was used before', {
        hint: {
          rule: 'T13',
          why:
            settings.REFRESH_TOKEN_REUSE === 'revoke'
              ? 'This refresh token was rotated already. Two processes may have refreshed at once (P9), or somebody stole it, so the grant ended with all its tokens (RFC 9700 4.14.2).'
              : 'This refresh token was rotated already.',
          change:
            'Store the new refresh token before anything else, refresh in one place; REFRESH_TOKEN_GRACE forgives what comes soon after.',
        },
      })
    case 'revoked':
      throw new OAuthError('invalid_grant', 'the grant is revoked', {
        hint: {
          why: 'The grant was revoked: by the client, by a code or refresh token used twice, or at the console.',
          change: 'Authorize again.',
        },
      })
    case 'session ended':
      throw new OAuthError('invalid_grant', 'the session of the grant has ended; log in again', {
        hint: {
          rule: 'T17',
          why: 'grant.session_duration has passed since the authorization; no refresh extends it.',
          change: 'Authorize again; a person has to log in.',
        },
      })
  }
}

type Judged = { application: Application; subject: Subject; verdict: Verdict }
/** What is said of a refresh before the refresh token itself is looked at. */
type Decision =
  | { refusal: OAuthError; verdict?: undefined }
  /** The policies refuse: `verdict` is theirs. */
  | (Judged & { refusal: OAuthError })
  | {
      refusal?: undefined
      application: Application
      oauth: ManagedOAuth
      subject: Subject
      verdict: Exclude<Verdict, { decision: 'deny' }>
    }

function decide(c: AppContext, grant: AccessGrant, named: Application | undefined): Decision {
  const refusal = revocationRefusal(c, grant)
  if (refusal) return { refusal }
  const { applications } = c.get('configuration')
  const application = applications.find(({ id }) => id === grant.applicationId)
  const oauth = application && managedOAuth(application)
  if (!oauth) return { refusal: managedOAuthIsOff() }
  if (named && named.id !== application.id) return { refusal: otherResource() }
  // Access: documented [T18]. Assumed: the code, and that the token is left as it was.
  const identity = currentIdentity(c.get('settings').PEOPLE, grant.identity)
  const subject = { identity, ...whereFrom(c) }
  const verdict = verdictOf(c, application, subject)
  if (verdict.decision !== 'deny') return { application, oauth, subject, verdict }
  const { rule, why, change } = reasonFor(c, application, subject, verdict)
  const hint = {
    ...(rule && { rule: `T18, ${rule}` }),
    why: `${why} The refresh token is left as it was.`,
    ...(change && { change }),
  }
  return {
    application,
    subject,
    verdict,
    refusal: new OAuthError('invalid_grant', 'Access policies no longer admit this person', {
      hint,
    }),
  }
}

// Once it is known that the grant's own refresh token asks: for a made-up one nobody decided.
function log(c: AppContext, { application, subject, verdict }: Judged): void {
  logDecision(c, application, 'refresh', subject, verdict)
}

const REPEATED = {
  rule: 'T13',
  isRepeated: true,
  why: 'This refresh token was rotated already. Within REFRESH_TOKEN_GRACE the same pair is answered again.',
  change: 'Store the new refresh token before anything else, and refresh in one place.',
}

function rotated(
  c: AppContext,
  grant: AccessGrant,
): { rule: string; why: string; change?: string } {
  const why = 'The refresh token is replaced by a new pair.'
  const change = 'The quirk strict-revocation (or REVOCATION "strict") ends grants at once.'
  switch (livesOn(c.get('state').revocations, grant)) {
    case undefined:
      return { rule: 'T12', why }
    case 'person': {
      const who = grant.identity.email
      return {
        rule: 'T15',
        why: `${why} ${who} was revoked, which leaves grants alone (P21).`,
        change,
      }
    }
    case 'application':
      return {
        rule: 'T16',
        why: `${why} The tokens of the application were revoked since the grant was made: they will be refused at the application.`,
        change,
      }
  }
}

function ofAnotherClient(): OAuthError {
  return new OAuthError('invalid_grant', 'refresh token was issued to another client', {
    hint: {
      rule: 'RFC 6749 6',
      change: 'Keep the client_id with the refresh token; registering anew is no way back to it.',
    },
  })
}

function managedOAuthIsOff(): OAuthError {
  return new OAuthError('invalid_grant', 'Managed OAuth is off for the application of this grant', {
    hint: { change: 'Set oauth_configuration.enabled of the application to true.' },
  })
}

function invalid(): OAuthError {
  return new OAuthError('invalid_grant', 'refresh token is invalid', {
    hint: {
      why: 'No grant knows this refresh token: it is of another store or from before a reset, or was made up.',
      change: 'Authorize again.',
    },
  })
}
