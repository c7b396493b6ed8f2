import { isKnownScope, isUnlistedScope, PROTOCOL_SCOPES } from '../scopes'

/**
 * Returns the scopes of a client as they are stored. `offline_access` follows from the grant type
 * `refresh_token` and `openid` from the response type `id_token`, whatever the request contains.
 *
 * API: observed [C7].
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

/** Returns whether a scope identifies the person or belongs to the protocol, and is no permission. */
export function isIdentityScope(scope: string): boolean {
  return !scope.includes('.')
}

/** A problem of a client's scopes, and the member that has it. */
type ScopesProblem = { path: (string | number)[]; message: string }

/**
 * Returns the first problem of a client's scopes. A scope with a dot has to be in the catalogue, at least
 * its group; one without a dot is an identity scope; colons are only for Cloudflare's own clients.
 *
 * API: documented [C6, C8]. Not like Cloudflare: the group [C19].
 */
export function scopesProblem({
  scopes,
  optional_scopes: optional = [],
}: {
  scopes: string[]
  optional_scopes?: string[] | undefined
}): ScopesProblem | undefined {
  for (const [index, scope] of scopes.entries()) {
    const message = scopeProblem(scope)
    if (message) return { path: ['scopes', index], message }
  }
  const known = new Set(scopes)
  for (const [index, scope] of optional.entries()) {
    const path = ['optional_scopes', index]
    if (isProtocolScope(scope)) return { path, message: `${scope} cannot be optional` }
    if (!known.has(scope)) return { path, message: `${scope} is not in scopes` }
  }
  return undefined
}

function scopeProblem(scope: string): string | undefined {
  if (scope.includes(':')) return `${scope} is delimited by a colon, use the dot-delimited scope`
  if (scope.includes('.')) {
    return isKnownScope(scope) || isUnlistedScope(scope) ? undefined : `unknown scope ${scope}`
  }
  return /^[a-z][a-z0-9_-]*$/.test(scope)
    ? undefined
    : `${scope || 'an empty text'} is not a valid scope`
}

function isProtocolScope(scope: string): boolean {
  return PROTOCOL_SCOPES.includes(scope)
}
