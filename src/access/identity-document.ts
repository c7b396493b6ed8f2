import { type Identity, userIdOf } from './identity'

/**
 * Returns the response of `/cdn-cgi/access/get-identity` for a session.
 *
 * Access: documented [K26].
 *
 * @param userId the person's id in the population of an end-user application [EU2]
 */
export async function identityDocument(
  identity: Identity,
  session: { issuedAtSeconds: number; ip: string; country: string },
  userId?: string,
) {
  return {
    email: identity.email,
    name: identity.name,
    user_uuid: userId ?? (await userIdOf(identity.email)),
    account_id: EMULATED_ACCOUNT_ID,
    iat: session.issuedAtSeconds,
    ip: session.ip,
    idp: identity.idp,
    geo: { country: session.country },
    groups: identity.groups.map((name) => ({ id: name, name })),
    amr: [],
    auth_status: 'NONE',
    common_name: '',
    service_token_id: '',
    service_token_status: false,
    is_warp: false,
    is_gateway: false,
    mtls_auth: {
      cert_issuer_ski: '',
      cert_presented: false,
      cert_serial: '',
      cert_issuer_dn: '',
      auth_status: 'NONE',
    },
    version: 2,
    device_sessions: {},
    devicePosture: {},
    ...(Object.keys(identity.claims).length > 0 && { custom: identity.claims }),
  }
}

/** The id of the default account: 32 hexadecimal characters, recognizably not one of Cloudflare's. */
export const EMULATED_ACCOUNT_ID = '0123456789abcdef0123456789abcdef'
