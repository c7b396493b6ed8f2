import { findScope } from '../account/scopes'

/** A permission as `/oauth/scopes` names it: `access.read`. */
export type Permission = string

const both = (id: string): Permission[] => [`${id}.read`, `${id}.write`]

/**
 * Which permissions are enough, any one of them. Documented (the API reference's "Accepted
 * permissions"): Access takes a write permission for reading too, OAuth clients do not.
 */
export const ENOUGH = {
  readApplications: [...both('access'), ...both('access-app')],
  writeApplications: ['access.write', 'access-app.write'],
  revokeApplications: ['access.revoke', 'access.write'],
  readPolicies: [...both('access'), ...both('access-policy')],
  writePolicies: ['access.write', 'access-policy.write'],
  testPolicies: [...both('access'), ...both('access-policy-test')],
  readServiceTokens: both('access-service-token'),
  writeServiceTokens: ['access-service-token.write'],
  readOrganization: [...both('access-acct'), ...both('access-org')],
  writeOrganization: ['access-acct.write', 'access-org.write'],
  revokeUser: ['access-acct.revoke', 'access-org.revoke', 'access-acct.write'],
  readProviders: [...both('access-acct'), ...both('access-idp')],
  writeProviders: ['access-acct.write', 'access-idp.write'],
  readGroups: [...both('access-acct'), ...both('access-group')],
  writeGroups: ['access-acct.write', 'access-group.write'],
  readUsers: [...both('access-acct'), ...both('access-users')],
  writeUsers: ['access-acct.write', 'access-users.write'],
  readKeys: [...both('access-acct'), ...both('access-key')],
  writeKeys: ['access-acct.write', 'access-key.write'],
  readTags: [...both('access'), ...both('access-tag')],
  writeTags: ['access.write', 'access-tag.write'],
  readLog: ['access-audit-log.read'],
  readOAuthClients: ['oauth-client.read'],
  writeOAuthClients: ['oauth-client.write'],
  readAccount: both('account-settings'),
  readMemberships: both('memberships'),
  readUser: ['user-details.read'],
  readZones: both('zone'),
} satisfies Record<string, Permission[]>

/** What a permission is called: `Access: Apps and Policies Read` for `access.read`. */
export function permissionName(id: Permission): string {
  return findScope(id)?.name ?? id
}
