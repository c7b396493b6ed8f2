import type { Application } from '../../access/application'
import { type Login, loginUrl } from '../../access/login'
import { signTicket } from '../../access/ticket'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { judge, reasonFor, whereFrom } from '../../request/judge'
import { redirectToStep } from '../../signin/browser'
import { showBlocked } from '../authorization/blocked'
import type { SignedIn } from '../authorization/session'
import { enrol } from '../enrol'

const AUTHORIZED_LIFETIME_SECONDS = 60

/** Redirects to the destination of the login: the authorization, or the application. */
export async function finish(
  c: AppContext,
  step: Login,
  application: Application,
  who: SignedIn,
): Promise<Response> {
  const { now, team, ticketSecret } = c.var
  const { email } = who.identity
  const done = { kind: 'login', step: 'done', email } as const
  reportDecision(c, { ...done, outcome: 'allowed', why: `${email} is signed in.` })
  // The authorization endpoint checks everything again.
  if (!step.application) return redirectToStep(c, team.origin + step.redirectUrl)
  const { origin, nonce, accessPath } = step.application
  const verdict = judge(c, application, 'login', { identity: who.identity, ...whereFrom(c) })
  if (verdict.decision === 'deny') {
    const subject = { identity: who.identity, ...whereFrom(c) }
    reportDecision(c, { ...done, ...reasonFor(c, application, subject, verdict) })
    const again = { redirectUrl: step.redirectUrl, application: step.application, again: true }
    const host = new URL(origin).host
    return showBlocked(
      c,
      application,
      who.identity,
      await loginUrl(team, ticketSecret, application, host, again, now),
    )
  }
  await enrol(c, application, email)
  const token = await signTicket(
    ticketSecret,
    'authorized',
    {
      applicationId: application.id,
      identityNonce: who.identityNonce,
      policyId: verdict.policy.id,
      redirectUrl: step.redirectUrl,
      origin,
      nonce,
    },
    now,
    AUTHORIZED_LIFETIME_SECONDS,
  )
  return redirectToStep(c, `${origin}${accessPath}/authorized?token=${token}`)
}
