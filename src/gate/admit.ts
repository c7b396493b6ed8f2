import type { Application } from '../access/application'
import { evaluate, type Verdict } from '../access/policy'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import { oncePerRequest } from '../request/once'
import type { Admitted, NotAdmitted } from './admission'
import { byAccessToken } from './by-access-token'
import { byAppToken } from './by-app-token'
import { byServiceToken } from './by-service-token'
import { requestedApplication } from './requested'

/**
 * Admits the request to the application by any valid credential, or returns why not. If the
 * organization is strict about service tokens, a service token decides alone.
 *
 * Access: observed [U16-U19, O1-O14]. Access: documented [O20].
 */
export async function admit(
  c: AppContext,
  application: Application,
): Promise<Admitted | NotAdmitted> {
  const { organization } = c.get('configuration')
  const service = await byServiceToken(c, application)
  if (service && 'admission' in service) return service
  if (service && organization.strict_service_token_auth) {
    return { service: service.service, refusal: service }
  }
  const token = await byAccessToken(c, application)
  if (token && 'admission' in token) return token
  const own = await byAppToken(c, application)
  if (own && 'admission' in own) return own
  return { service: service?.service, refusal: own ?? token ?? service }
}

/** Finds the bypass policy that turns Access off for this request [O19]. */
export const bypassPolicy = oncePerRequest(function find(c): Verdict['policy'] {
  const application = requestedApplication(c)
  // Reading `request.cf` is slow, so it is read only if there is a bypass policy.
  if (!application?.policies.some(({ decision }) => decision === 'bypass')) return undefined
  const { references } = c.get('configuration')
  const verdict = evaluate(application.policies, whereFrom(c), references)
  return verdict.decision === 'bypass' ? verdict.policy : undefined
})
