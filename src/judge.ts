import type { Application } from './access/application'
import { evaluate, kindsNotEmulated, type Verdict } from './access/policy'
import type { Subject } from './access/rules'
import type { AppContext } from './env'

/**
 * What the application's policies say of a person (at login, at every authorization and at every
 * refresh) or of a machine. Where they have rules that nothing here can decide, an event says so.
 */
export function judge(c: AppContext, application: Application, subject: Subject): Verdict {
  const { emulator, settings } = c.var
  const { identity, serviceToken } = subject
  const verdict = evaluate(application.policies, subject, settings.references)
  const ruleKinds = kindsNotEmulated(application.policies, settings.references)
  if (ruleKinds.length > 0) {
    c.executionCtx.waitUntil(
      emulator.record({
        kind: 'rules not emulated',
        application: application.name,
        ...(identity && { email: identity.email }),
        ...(serviceToken && { commonName: serviceToken.commonName }),
        ruleKinds,
        decision: verdict.decision,
      }),
    )
  }
  return verdict
}

/** Where a request comes from, for the `ip` and `geo` rules of policies. */
export function whereFrom(c: AppContext): Pick<Subject, 'ip' | 'country'> {
  return {
    ip: c.req.header('cf-connecting-ip') ?? '127.0.0.1',
    country: c.req.header('cf-ipcountry') ?? String(c.req.raw.cf?.country ?? 'XX'),
  }
}
