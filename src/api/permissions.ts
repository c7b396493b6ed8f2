import { findScope } from '../account/scopes'

/** The id of a permission, as in `/oauth/scopes`: `access.read`. */
export type Permission = string

/**
 * Returns the permissions of the groups that cover a resource; an operation requires one of them.
 *
 * API: documented [V25]. For the resources of Access, a write permission is enough to read; for
 * OAuth clients it is not [C4].
 */
export function accepted(...groups: string[]): { read: Permission[]; write: Permission[] } {
  return {
    read: groups.flatMap((group) => [`${group}.read`, `${group}.write`]),
    write: groups.map((group) => `${group}.write`),
  }
}

/** Returns the name of a permission: `Access: Apps and Policies Read` for `access.read`. */
export function permissionName(id: Permission): string {
  return findScope(id)?.name ?? id
}
