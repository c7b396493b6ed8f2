import { isKnownScope, PROTOCOL_SCOPES } from '../scopes'

/**
 * The scopes of a client as they are kept: `offline_access` goes with the grant type `refresh_token`,
 * `openid` with the response type `id_token`, whatever was asked for.
 *
 * Observed (section A.3).
 */
export function keptScopes(
  scopes: readonly string[],
  grantTypes: readonly string[],
  responseTypes: readonly string[],
): string[] {
  const own = scopes.filter((scope) => !isProtocolScope(scope))
  return [
    ...new Set(own),
    ...(grantTypes.includes('refresh_token') ? ['offline_access'] : []),
    ...(responseTypes.includes('id_token') ? ['openid'] : []),
  ]
}

/** Whether a scope is one that is no permission: it belongs to the protocol, or names who somebody is. */
export function isIdentityScope(scope: string): boolean {
  return !scope.includes('.')
}

/** What is wrong with the scopes of a client, and which member it is. */
type ScopesFault = { path: (string | number)[]; message: string }

/**
 * The first fault of a client's scopes. Colons are for Cloudflare's own clients; with a dot it is a
 * permission of the catalogue; without one it tells who somebody is.
 */
export function scopesFault({
  scopes,
  optional_scopes: optional = [],
}: {
  scopes: string[]
  optional_scopes?: string[] | undefined
}): ScopesFault | undefined {
  for (const [index, scope] of scopes.entries()) {
    const message = scopeFault(scope)
    if (message) return { path: ['scopes', index], message }
  }
  for (const [index, scope] of optional.entries()) {
    const path = ['optional_scopes', index]
    if (isProtocolScope(scope)) return { path, message: `${scope} cannot be optional` }
    if (!scopes.includes(scope)) return { path, message: `${scope} is not in scopes` }
  }
  return undefined
}

function scopeFault(scope: string): string | undefined {
  if (scope.includes(':')) return `${scope} is delimited by a colon, use the dot-delimited scope`
  if (scope.includes('.')) return isKnownScope(scope) ? undefined : `there is no scope ${scope}`
  return /^[a-z][a-z0-9_-]*$/.test(scope) ? undefined : `${scope || 'an empty text'} is no scope`
}

function isProtocolScope(scope: string): boolean {
  return PROTOCOL_SCOPES.includes(scope)
}
