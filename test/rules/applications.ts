import { type Application, completeApplication, withPolicies } from '../../src/access/application'
import { applicationSchema } from '../../src/access/application-schema'
import { stableUuid } from '../../src/access/identity'

/** An application with these members, as the settings would make it. */
export async function applicationWith(members: Record<string, unknown> = {}): Promise<Application> {
  const parsed = applicationSchema.parse({ name: 'Demo', domain: '*', ...members })
  const stored = await completeApplication(parsed, (what) => stableUuid(`${what}:${parsed.name}`))
  return withPolicies(stored, new Map())
}

/** `oauth_configuration` with these rules for clients. */
export function oauthWith(dynamic_client_registration: Record<string, unknown>) {
  return { oauth_configuration: { dynamic_client_registration } }
}
