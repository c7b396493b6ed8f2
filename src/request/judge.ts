import type { Application } from '../access/application'
import { evaluate, kindsNotEmulated, type Verdict } from '../access/policy'
import type { Subject } from '../access/rule-kinds'
import { holdingRule, obstacle, type Rule, ruleInBrief } from '../access/rules'
import type { AccessAction, Occurrence } from '../events/event'
import type { Reason } from '../events/reason'
import type { AppContext } from './context'
import { report } from './events'

/**
 * Evaluates the application's policies for a person (at login and at every refresh) or a machine, and
 * logs the decision.
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

/** Evaluates the policies without logging, for callers that log the decision themselves. */
export function verdictOf(c: AppContext, application: Application, subject: Subject): Verdict {
  return evaluate(application.policies, subject, c.get('configuration').references)
}

/**
 * Records a decision in Access's log of access requests. If the policies have rules that are not
 * emulated, a second event names them.
 */
export function logDecision(
  c: AppContext,
  application: Application,
  action: AccessAction,
  subject: Subject,
  verdict: Verdict,
): void {
  const { identity, serviceToken, ip, country } = subject
  const { references } = c.get('configuration')
  const ruleKinds = kindsNotEmulated(application.policies, references)
  const { id, name, domain, type } = application
  const { decision, policy } = verdict
  const entry: Occurrence & Reason = {
    kind: 'access-request',
    action,
    allowed: decision !== 'deny',
    application: { id, name, domain, type },
    policy: policy && { id: policy.id, name: policy.name },
    email: identity?.email,
    connection: identity?.idp.type ?? 'service_token',
    serviceToken: serviceToken && { id: serviceToken.id, name: serviceToken.name },
    ip,
    country,
    ...reasonFor(c, application, subject, verdict),
  }
  if (ruleKinds.length === 0) {
    report(c, entry)
    return
  }
  report(c, entry, {
    kind: 'rules-not-emulated',
    application: name,
    ...(identity && { email: identity.email }),
    ...(serviceToken && { commonName: serviceToken.commonName }),
    ruleKinds,
    decision,
  })
}

/** Returns the reason of a verdict, with the rule that made a policy match. */
export function reasonFor(
  c: AppContext,
  { name, policies }: Application,
  subject: Subject,
  { decision, policy }: Verdict,
): Reason {
  const who = subject.identity?.email ?? subject.serviceToken?.name ?? 'the service token'
  if (policy) {
    const holding = holdingRule(policy, subject, c.get('configuration').references)
    const by = holding ? ` by the rule ${ruleInBrief(holding)}` : ''
    return {
      outcome: decision === 'deny' ? 'refused' : 'allowed',
      rule: `policy "${policy.name}" (${policy.id})`,
      why: `The policy "${policy.name}" of ${name} matches ${who}${by}. Its decision is ${decision}.`,
      ...(decision === 'deny' && { change: 'Change that policy, or use another identity.' }),
    }
  }
  const evaluated = policies.map((each) => {
    const included = `${each.decision}: ${each.include.map(ruleInBrief).join(' or ')}`
    const failed = obstacle(each, subject, c.get('configuration').references)
    return `"${each.name}" (${included}${failed ? `; ${obstacleInBrief(failed)}` : ''})`
  })
  return {
    outcome: 'refused',
    rule: 'policies: without a match, access is denied',
    why: `No policy of ${name} matches ${who}. Evaluated: ${evaluated.join(', ') || 'none, because it has no policies'}.`,
    change: 'Add an allow policy with a rule that matches, or use another identity.',
  }
}

function obstacleInBrief({ part, rule }: { part: 'require' | 'exclude'; rule: Rule }): string {
  return part === 'require'
    ? `its require rule ${ruleInBrief(rule)} does not match`
    : `its exclude rule ${ruleInBrief(rule)} matches`
}

/** Returns the IP address and country of a request, for the `ip` and `geo` rules of policies. */
export function whereFrom(c: AppContext): Pick<Subject, 'ip' | 'country'> {
  return {
    ip: c.req.header('cf-connecting-ip') ?? '127.0.0.1',
    country: c.req.header('cf-ipcountry') ?? String(c.req.raw.cf?.country ?? 'XX'),
  }
}
