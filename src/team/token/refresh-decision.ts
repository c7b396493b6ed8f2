import { type Application, managedOAuth } from '../../access/application'
import { currentIdentity } from '../../access/identity'
import type { ManagedOAuth } from '../../access/oauth-configuration'
import type { Verdict } from '../../access/policy'
import type { Subject } from '../../access/rule-kinds'
import type { OAuthError } from '../../oauth/errors'
import type { AppContext } from '../../request/context'
import { logDecision, reasonFor, verdictOf, whereFrom } from '../../request/judge'
import type { AccessGrant } from '../../store/grants/grant'
import { applicationOf } from '../grant'
import {
  managedOAuthIsOff,
  noLongerAdmitted,
  otherResource,
  revokedByAdministrator,
} from './refusals'
import { isEndedByAdministrator } from './revocation'

type Judged = { application: Application; subject: Subject; verdict: Verdict }
/** The decision about a refresh that does not depend on the state of the refresh token. */
type Decision =
  | { refusal: OAuthError; verdict?: undefined }
  /** A refusal by the policies, with their verdict. */
  | (Judged & { refusal: OAuthError })
  | {
      refusal?: undefined
      application: Application
      oauth: ManagedOAuth
      subject: Subject
      verdict: Exclude<Verdict, { decision: 'deny' }>
    }

/**
 * Decides about a refresh by the grant, its application and the policies. `refresh-token.ts` checks the
 * refresh token itself. `refusals.ts` has the text of every refusal.
 */
export function decideRefresh(
  c: AppContext,
  grant: AccessGrant,
  named: Application | undefined,
): Decision {
  if (isEndedByAdministrator(c, grant)) return { refusal: revokedByAdministrator() }
  const application = applicationOf(c, grant)
  const oauth = application && managedOAuth(application)
  if (!oauth) return { refusal: managedOAuthIsOff() }
  if (named && named.id !== application.id) return { refusal: otherResource() }
  // Access: documented [T18]. Assumed: the error code, and that the refresh token stays valid.
  const identity = currentIdentity(c.get('settings').PEOPLE, grant.identity)
  const subject = { identity, ...whereFrom(c) }
  const verdict = verdictOf(c, application, subject)
  if (verdict.decision !== 'deny') return { application, oauth, subject, verdict }
  const refusal = noLongerAdmitted(reasonFor(c, application, subject, verdict))
  return { application, subject, verdict, refusal }
}

/** Logs the verdict of the policies. Called only after the refresh token has proved genuine. */
export function logRefresh(c: AppContext, { application, subject, verdict }: Judged): void {
  logDecision(c, application, 'refresh', subject, verdict)
}
