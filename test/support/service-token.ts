type ServiceToken = {
  id: string
  name: string
  client_id: string
  client_secret: string
  enabled?: boolean
  expires_at?: string
}

/** A service token of the settings, with members replaced. */
export function serviceToken(changes: Partial<ServiceToken> = {}): ServiceToken {
  return {
    id: '11111111-1111-4111-8111-111111111111',
    name: 'CI',
    client_id: '0123456789abcdef0123456789abcdef.access',
    client_secret: 'cfast_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN01234567',
    ...changes,
  }
}

/** The two headers that a machine sends. */
export function credentials({ client_id, client_secret } = serviceToken()) {
  return { 'cf-access-client-id': client_id, 'cf-access-client-secret': client_secret }
}

/** The policy that admits machines. */
export const SERVICE_AUTH = {
  name: 'Machines',
  decision: 'non_identity',
  include: [{ any_valid_service_token: {} }],
}

/** The policy that admits every person who logs in. */
export const ALLOW = { name: 'People', decision: 'allow', include: [{ everyone: {} }] }

/** The value of `CF_Authorization` in a response, or undefined if it sets none. */
export function cookieOf(response: Response): string | undefined {
  const cookies = response.headers.getSetCookie()
  return cookies.join('\n').match(/^CF_Authorization=([^;\n]+)/m)?.[1]
}
