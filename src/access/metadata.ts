import { CLIENT_AUTH_METHODS } from '../oauth/client-auth'
import { type Application, type Covered, managedOAuth } from './application'
import { pathOf } from './domain'
import { registersClients } from './redirect-rules'
import type { TeamDomain } from './team-domain'

/** The paths of an application's protected-resource metadata. Challenges advertise Access's own. */
export const ACCESS_RESOURCE_METADATA = '/.well-known/cloudflare-access-protected-resource'
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'
export const SERVER_METADATA = '/.well-known/oauth-authorization-server'

/** The changes that quirks and faults make to the authorization server metadata. */
export type ServerMetadataChanges = {
  issuer?: string
  /** An issuer that the authorization endpoint names in its query (RFC 6749 3.1), so that it returns it as `iss`. */
  namedIssuer?: string
  /** Whether the metadata announces the `iss` of authorization responses. */
  sendsIssuer?: boolean
  namesPkce?: boolean
}

/**
 * Returns the authorization server metadata (RFC 8414). It is the same on the team domain and on the
 * host of every application: the issuer is the team's URL on both.
 *
 * Access: observed [M9, M10, M12-M16]. `registration_endpoint` is absent while no application of the
 * account registers clients. `scopes_supported`, `jwks_uri`, introspection and userinfo are absent.
 */
export function serverMetadata(
  team: TeamDomain,
  applications: readonly Application[],
  { issuer, namedIssuer, sendsIssuer, namesPkce = true }: ServerMetadataChanges = {},
) {
  const endpoint = (name: string) => `${team.origin}${team.accessPath}/oauth/${name}`
  const query = namedIssuer === undefined ? '' : `?${new URLSearchParams({ issuer: namedIssuer })}`
  return {
    issuer: issuer ?? namedIssuer ?? team.origin,
    authorization_endpoint: endpoint('authorization') + query,
    token_endpoint: endpoint('token'),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    revocation_endpoint: endpoint('revoke'),
    ...(registersClients(applications) && { registration_endpoint: endpoint('registration') }),
    ...(namesPkce && { code_challenge_methods_supported: ['S256'] }),
    // RFC 9207 3.
    ...(sendsIssuer && { authorization_response_iss_parameter_supported: true }),
  }
}

/**
 * Returns the protected resource metadata (RFC 9728, with Access's own members).
 *
 * Access: observed [M2-M6]. `resource` follows the application's domain, not the requested path, and
 * has no trailing slash. `team_domain` is a bare host. The `oauth` method is listed while Managed OAuth
 * is on. Assumed: the members of the methods beside `name`.
 *
 * @param hostOrigin scheme and host of the request
 */
export function resourceMetadata(
  team: TeamDomain,
  { application, domain }: Covered,
  hostOrigin: string,
  options: { isFlat?: boolean; issuer?: string; resource?: string } = {},
) {
  const methods = authenticationMethods(application)
  return {
    resource: options.resource ?? `${hostOrigin}${pathOf(domain)}`,
    protected: true,
    team_domain: team.host,
    authorization_servers: [options.issuer ?? team.origin],
    ...(options.isFlat ? flat(methods) : { authentication_methods: methods }),
  }
}

/**
 * Returns the issuer or resource that a metadata URL describes. Its path follows the document's own path
 * (RFC 8414 3.1, RFC 9728 3.1), which may contain escapes, so segments are counted instead of characters.
 *
 * @param path the path of the document
 */
export function describedBy(url: URL, path: string): URL {
  const rest = url.pathname.split('/').slice(path.split('/').length)
  return new URL(`${url.origin}/${rest.join('/')}`)
}

/** Returns an issuer or resource without the slash of an empty path, as metadata writes it. */
export function withoutSlash({ href, origin, pathname }: URL): string {
  return pathname === '/' ? origin : href
}

function authenticationMethods(application: Application) {
  const oauth = {
    name: 'oauth',
    description: 'Send an OAuth access token: Authorization: Bearer <token>.',
    documentation:
      'https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/managed-oauth/',
  }
  const cloudflared = {
    name: 'cloudflared',
    description: 'Log in with cloudflared and send requests through it.',
    documentation: 'https://developers.cloudflare.com/cloudflare-one/tutorials/cli/',
  }
  return managedOAuth(application) ? [oauth, cloudflared] : [cloudflared]
}

// Access: documented in April 2026 [M18], with cloudflared as the only method.
function flat(methods: ReturnType<typeof authenticationMethods>) {
  const method = methods.at(-1)
  return {
    authentication_method: method?.name,
    authentication_method_description: method?.description,
    authentication_method_documentation: method?.documentation,
  }
}
