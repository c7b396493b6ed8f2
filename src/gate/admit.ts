import type { Application } from '../access/application'
import { evaluate } from '../access/policy'
import type { AppContext } from '../env'
import { whereFrom } from '../judge'
import { tell } from '../report'
import type { Admission } from './admission'
import { byAccessToken } from './by-access-token'
import { byAppToken } from './by-app-token'
import { byServiceToken, type ServiceRefusal } from './by-service-token'

/** Whether somebody is let in; if not, what was wrong with the service token, where one was shown. */
export type Decision = Admission | 'nobody' | ServiceRefusal

/**
 * Decides who is let in to the application with this request. A service token decides alone where
 * the organization is strict about it; else any good credential does.
 *
 * @see facts, sections 1.4 and 6.1
 */
export async function admit(c: AppContext, application: Application): Promise<Decision> {
  const { organization } = c.get('configuration')
  const service = await byServiceToken(c, application)
  const isRefused = typeof service === 'string'
  if (service && !isRefused) return service
  if (isRefused && organization.strict_service_token_auth) return service
  const person = (await byAccessToken(c, application)) ?? (await byAppToken(c, application))
  return person ?? service ?? 'nobody'
}

/** Whether a bypass policy turns Access off for this request: nobody is asked for anything. */
export function isBypassed(c: AppContext, application: Application): boolean {
  // Where a request comes from is asked of workerd, which is not for nothing.
  if (!application.policies.some(({ decision }) => decision === 'bypass')) return false
  const { references } = c.get('configuration')
  const verdict = evaluate(application.policies, whereFrom(c), references)
  if (verdict.decision !== 'bypass') return false
  const why = `The bypass policy "${verdict.policy.name}" turns Access off for this request.`
  tell(c, { kind: 'admission', by: 'bypass', outcome: 'allowed', rule: 'O19', why })
  return true
}
