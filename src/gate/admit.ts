import { type Application, openingOverride } from '../access/application'
import { evaluate, type Verdict } from '../access/policy'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import { oncePerRequest } from '../request/once'
import type { Admitted, NotAdmitted } from './admission'
import { byAccessToken } from './by-access-token'
import { byAppToken } from './by-app-token'
import { byServiceToken } from './by-service-token'
import { requestedApplication, requestedDomain } from './requested'

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

/** The reason why a request needs no credential. */
type Opening = { rule: string; why: string }

/** Finds what turns Access off for this request: an override of its destination [K39], or a bypass policy [O19]. */
export const opening = oncePerRequest(function find(c): Opening | undefined {
  const covered = requestedDomain(c)
  const override = covered && openingOverride(covered, c.get('url'))
  if (override) {
    const why = `The override ${override.path_pattern} of the destination opens this path.`
    return { rule: 'K39', why }
  }
  const bypass = bypassPolicy(c)
  if (!bypass) return undefined
  const why = `The bypass policy "${bypass.name}" turns Access off for this request.`
  return { rule: 'O19', why }
})

function bypassPolicy(c: AppContext): Verdict['policy'] {
  const application = requestedApplication(c)
  // Reading `request.cf` is slow, so it is read only if there is a bypass policy.
  if (!application?.policies.some(({ decision }) => decision === 'bypass')) return undefined
  const { references } = c.get('configuration')
  const verdict = evaluate(application.policies, whereFrom(c), references)
  return verdict.decision === 'bypass' ? verdict.policy : undefined
}
