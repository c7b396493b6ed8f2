import type { Application } from '../access/application'
import { seededIdentity } from '../access/identity'
import { PEOPLE_PICKER } from '../access/identity-provider'
import type { Subject } from '../access/rule-kinds'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { reasonFor, verdictOf, whereFrom } from '../request/judge'

/** Returns the refusal of a person whom the policies of an application do not allow, with the reason. */
export function personDenied(c: AppContext, application: Application, email: string): OAuthError {
  const identity = seededIdentity(c.get('settings').PEOPLE, email, PEOPLE_PICKER)
  return denied(c, application, { identity })
}

/** Returns the refusal of a caller whom the policies of an application do not allow, with the reason. */
export function denied(
  c: AppContext,
  application: Application,
  caller: Pick<Subject, 'identity' | 'serviceToken'>,
): OAuthError {
  const subject = { ...caller, ...whereFrom(c) }
  const verdict = verdictOf(c, application, subject)
  const { why, change } = reasonFor(c, application, subject, verdict)
  return new OAuthError('access_denied', [why, change].filter(Boolean).join(' '), { status: 403 })
}
