import { findScope, SCOPES } from './scopes'

/**
 * Second names of permissions. Two sources name the first six differently [C16]; Cloudflare's own pages
 * have both names of the last two [C18].
 */
const SECOND_NAMES: Record<string, string> = {
  'd1.write': 'D1 Write',
  'email-routing-address.write': 'Email Routing Addresses Write',
  'email-sending.write': 'Email Sending Write',
  'queues.write': 'Queues Write',
  'workers-scripts.read': 'Workers Scripts Read',
  'workers-scripts.write': 'Workers Scripts Write',
  'oauth-client.read': 'OAuth Clients Read',
  'oauth-client.write': 'OAuth Clients Write',
}

const NAMES = new Set(SCOPES.map(({ name }) => name))
const BY_SECOND_NAME = new Map(
  Object.entries(SECOND_NAMES).map(([id, name]) => [name, findScope(id)?.name]),
)

/** The names that a permission of an API token can have. */
export const PERMISSION_NAMES: readonly string[] = [...NAMES, ...BY_SECOND_NAME.keys()]

/** Returns the ids of the scopes with a name. A permission of an account and one of a zone may share it. */
export function scopesNamed(name: string): string[] {
  return SCOPES.filter((scope) => scope.name === name).map(({ id }) => id)
}

/** Returns the name that the catalogue has for a permission, or undefined if it has none. */
export function permissionNamed(name: string): string | undefined {
  return NAMES.has(name) ? name : BY_SECOND_NAME.get(name)
}
