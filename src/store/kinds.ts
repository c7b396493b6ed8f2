import { applicationKind } from '../access/application-kind'
import { groupKind } from '../access/group-kind'
import { identityProviderKind } from '../access/identity-provider'
import { organizationKind } from '../access/organization'
import { policyKind } from '../access/policy-kind'
import type { RecordKind } from '../access/record-kind'
import { serviceTokenKind } from '../access/service-token'
import { tagKind } from '../access/tag'
import { populationUserKind, userPopulationKind } from '../access/user-population'
import { dnsRecordKind } from '../account/dns-record'
import { oauthClientKind } from '../account/oauth/oauth-client-kind'
import { mcpPortalKind } from '../mcp/portal'
import { mcpServerKind } from '../mcp/server'

/** The kinds of records that the management API can change. A new kind is one line here. */
export const RECORD_KINDS = {
  applications: applicationKind,
  policies: policyKind,
  groups: groupKind,
  serviceTokens: serviceTokenKind,
  identityProviders: identityProviderKind,
  tags: tagKind,
  oauthClients: oauthClientKind,
  organizations: organizationKind,
  mcpServers: mcpServerKind,
  mcpPortals: mcpPortalKind,
  dnsRecords: dnsRecordKind,
  userPopulations: userPopulationKind,
  populationUsers: populationUserKind,
} satisfies Record<string, RecordKind<object>>

export type Kind = keyof typeof RECORD_KINDS
export type RecordOf<K extends Kind> =
  (typeof RECORD_KINDS)[K] extends RecordKind<infer R> ? R : never
/** All records, by kind. */
export type Collections = { [K in Kind]: RecordOf<K>[] }

export const KINDS = Object.keys(RECORD_KINDS) as Kind[]

/** Returns the description of a kind, without the type of its records. */
export function recordKind(kind: Kind): RecordKind<object> {
  return RECORD_KINDS[kind]
}

/** Returns a value for each kind. */
export function collectionsOf(recordsOf: (kind: Kind) => object[]): Collections {
  // The schema of the kind, or the API's own, has accepted the records.
  return Object.fromEntries(KINDS.map((kind) => [kind, recordsOf(kind)])) as Collections
}
