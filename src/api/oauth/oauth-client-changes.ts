import { formatTime } from '../../access/timestamps'
import { isIdentityScope, keptScopes, scopesProblem } from '../../account/oauth/client-scopes'
import { verificationAfter } from '../../account/oauth/client-uri-verification'
import type { OAuthClient, OAuthClientChanges } from '../../account/oauth/oauth-client'
import { refuseClient } from './oauth-client-error'

/**
 * A client with what a PATCH changes of it (sections A.3 and A.4).
 *
 * @throws ApiError where the whole would be none: scopes that do not fit together, a verified host
 *   that changes, a public client that lacks what it needs
 */
export async function withChanges(
  before: OAuthClient,
  { visibility, ...changes }: OAuthClientChanges,
  now: number,
): Promise<OAuthClient> {
  const merged = { ...before, ...changes }
  const problem = scopesProblem(merged)
  if (problem) throw refuseClient(problem.message, `/${problem.path.join('/')}`)
  const { client_uri: uri } = changes
  if (uri !== undefined) refuseOtherHost(before, uri)
  const client: OAuthClient = {
    ...merged,
    scopes: keptScopes(merged.scopes, merged.grant_types, merged.response_types),
    ...(merged.token_endpoint_auth_method === 'none' && { secretHashes: [] }),
    ...(uri !== undefined && {
      client_uri_verification: await verificationAfter(
        before.client_id,
        { uri: before.client_uri, verification: before.client_uri_verification },
        uri,
        now,
      ),
    }),
    updated_at: formatTime(now),
  }
  const isPublic = before.visibility === 'public' || visibility === 'public'
  if (!isPublic) return client
  requirePublishable(client)
  return { ...client, visibility: 'public', promoted_at: before.promoted_at ?? formatTime(now) }
}

// Documented. After verification the domain stays; its path may change.
function refuseOtherHost({ client_uri, client_uri_verification }: OAuthClient, uri: string): void {
  const isVerified = client_uri_verification?.status === 'verified'
  if (!isVerified || !client_uri) return
  if (new URL(client_uri).hostname !== new URL(uri).hostname) {
    throw refuseClient('the domain of client_uri is verified and cannot change', '/client_uri')
  }
}

// Documented. Assumed: it has to stay so afterwards.
function requirePublishable(client: OAuthClient): void {
  if (!client.client_name) throw lacks('a client_name', 'client_name')
  if (!client.logo_uri) throw lacks('a logo_uri', 'logo_uri')
  if (client.client_uri_verification?.status !== 'verified') {
    throw lacks('a verified client_uri', 'client_uri')
  }
  if (client.scopes.every(isIdentityScope)) {
    throw lacks('a scope that is not an identity scope', 'scopes')
  }
}

function lacks(what: string, member: string) {
  return refuseClient(`a public client needs ${what}`, `/${member}`)
}
