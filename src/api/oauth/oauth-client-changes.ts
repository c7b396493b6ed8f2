import { formatTime } from '../../access/timestamps'
import { isIdentityScope, keptScopes, scopesProblem } from '../../account/oauth/client-scopes'
import { verificationAfter } from '../../account/oauth/client-uri-verification'
import type { OAuthClient, OAuthClientChanges } from '../../account/oauth/oauth-client'
import { invalidClient } from './oauth-client-error'

/**
 * Returns a client with the changes of a PATCH.
 *
 * API: documented [C3, C6, C8, C9, C10], observed [C7].
 *
 * @throws ApiError if the client would be invalid: its scopes do not fit together, its verified
 *   host changes, or it is public and a member is missing
 */
export async function withChanges(
  before: OAuthClient,
  { visibility, ...changes }: OAuthClientChanges,
  now: number,
): Promise<OAuthClient> {
  const merged = { ...before, ...changes }
  const problem = scopesProblem(merged)
  if (problem) throw invalidClient(problem.message, `/${problem.path.join('/')}`)
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

// API: documented [C11]. The path may change.
function refuseOtherHost({ client_uri, client_uri_verification }: OAuthClient, uri: string): void {
  const isVerified = client_uri_verification?.status === 'verified'
  if (!isVerified || !client_uri) return
  if (new URL(client_uri).hostname !== new URL(uri).hostname) {
    throw invalidClient('the host of client_uri is verified and cannot be changed', '/client_uri')
  }
}

// API: documented [C9]. Assumed: it applies to every later change too.
function requirePublishable(client: OAuthClient): void {
  if (!client.client_name) throw missing('a client_name', 'client_name')
  if (!client.logo_uri) throw missing('a logo_uri', 'logo_uri')
  if (client.client_uri_verification?.status !== 'verified') {
    throw missing('a verified client_uri', 'client_uri')
  }
  if (client.scopes.every(isIdentityScope)) {
    throw missing('a scope that is not an identity scope', 'scopes')
  }
}

function missing(what: string, member: string) {
  return invalidClient(`a public client requires ${what}`, `/${member}`)
}
