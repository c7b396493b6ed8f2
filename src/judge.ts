import type { Application } from './access/application'
import type { AccessAction, Event } from './access/event'
import { evaluate, kindsNotEmulated, type Verdict } from './access/policy'
import type { Subject } from './access/rules'
import type { AppContext } from './env'
import { report } from './report'

/**
 * What the application's policies say of a person (at login and at every refresh) or of a machine,
 * with its entry in the log.
 */
export function judge(
  c: AppContext,
  application: Application,
  action: AccessAction,
  subject: Subject,
): Verdict {
  const verdict = verdictOf(c, application, subject)
  logDecision(c, application, action, subject, verdict)
  return verdict
}

/** The same without an entry in the log, for who will decide once more or makes it later. */
export function verdictOf(c: AppContext, application: Application, subject: Subject): Verdict {
  return evaluate(application.policies, subject, c.var.configuration.references)
}

/**
 * Enters a decision in Access's own log; where the policies have rules that nothing here can decide,
 * another event says so.
 */
export function logDecision(
  c: AppContext,
  application: Application,
  action: AccessAction,
  subject: Subject,
  verdict: Verdict,
): void {
  const { identity, serviceToken, ip, country } = subject
  const { references } = c.var.configuration
  const ruleKinds = kindsNotEmulated(application.policies, references)
  const { id, name, domain, type } = application
  const { decision, policy } = verdict
  const entry: Event = {
    kind: 'access request',
    action,
    allowed: decision !== 'deny',
    application: { id, name, domain, type },
    policy: policy && { id: policy.id, name: policy.name },
    email: identity?.email,
    connection: identity?.idp.type ?? 'service_token',
    serviceToken: serviceToken && { id: serviceToken.id, name: serviceToken.name },
    ip,
    country,
    rayId: c.var.rayId,
  }
  if (ruleKinds.length === 0) {
    report(c, entry)
    return
  }
  report(c, entry, {
    kind: 'rules not emulated',
    application: name,
    ...(identity && { email: identity.email }),
    ...(serviceToken && { commonName: serviceToken.commonName }),
    ruleKinds,
    decision,
  })
}

/** Where a request comes from, for the `ip` and `geo` rules of policies. */
export function whereFrom(c: AppContext): Pick<Subject, 'ip' | 'country'> {
  return {
    ip: c.req.header('cf-connecting-ip') ?? '127.0.0.1',
    country: c.req.header('cf-ipcountry') ?? String(c.req.raw.cf?.country ?? 'XX'),
  }
}
