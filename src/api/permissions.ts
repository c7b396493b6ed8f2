import { findScope } from '../account/scopes'

/** A permission as `/oauth/scopes` names it: `access.read`. */
export type Permission = string

/**
 * The permissions that an operation accepts, any one of them: those of each group of permissions that
 * covers the resource. Documented (the API reference's "Accepted permissions"): Access takes a write
 * permission for reading too, OAuth clients do not.
 */
export function accepted(...groups: string[]): { read: Permission[]; write: Permission[] } {
  return {
    read: groups.flatMap((group) => [`${group}.read`, `${group}.write`]),
    write: groups.map((group) => `${group}.write`),
  }
}

/** What a permission is called: `Access: Apps and Policies Read` for `access.read`. */
export function permissionName(id: Permission): string {
  return findScope(id)?.name ?? id
}
