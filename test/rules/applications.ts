import {
  type Application,
  applicationSchema,
  completeApplication,
} from '../../src/access/application'

/** An application with these members, as the settings would make it. */
export function applicationWith(members: Record<string, unknown> = {}): Promise<Application> {
  return completeApplication(applicationSchema.parse({ name: 'Demo', domain: '*', ...members }))
}

/** `oauth_configuration` with these rules for clients. */
export function oauthWith(dynamic_client_registration: Record<string, unknown>) {
  return { oauth_configuration: { dynamic_client_registration } }
}
