import * as z from 'zod'
import { withoutReadOnly } from '../../access/unknown-members'
import {
  BASIC_FIELDS,
  LOGIN_FIELDS,
  MANAGED_OAUTH_FIELDS,
} from '../../pages/configure/application-fields'
import type { Values } from '../../pages/configure/fields'
import type { PolicyRow } from '../../pages/configure/policies'
import { linesOf, memberOf, valuesOf, withValues } from './form'
import { policyOf, storedPolicySchema, usedRows } from './policy-rows'

/** An application as the API returns it. */
export const storedSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  aud: z.string(),
  domain: z.string().optional(),
  destinations: z.array(z.looseObject({ type: z.string().optional() })).default([]),
  self_hosted_domains: z.array(z.string()).default([]),
  oauth_configuration: z.looseObject({ enabled: z.boolean().optional() }).optional(),
  policies: z.array(storedPolicySchema).default([]),
  updated_at: z.string(),
})
export type Stored = z.infer<typeof storedSchema>

/** All fields of the form but the policies. */
export const APPLICATION_FIELDS = [
  ...BASIC_FIELDS,
  ...Object.values(LOGIN_FIELDS),
  ...MANAGED_OAUTH_FIELDS,
]
// Fields without a member of that name in the API.
const DERIVED = ['hostnames']
const DIRECT = APPLICATION_FIELDS.filter(({ member }) => !DERIVED.includes(member))

/** Returns the values of the form for an application. */
export function applicationValues(application: Stored): Values {
  return {
    ...valuesOf(application, DIRECT),
    hostnames: application.self_hosted_domains.join('\n'),
    // Absent means on.
    'oauth_configuration.enabled':
      application.oauth_configuration !== undefined &&
      memberOf(application, 'oauth_configuration.enabled') !== false,
  }
}

/** The values of a new application. */
export const NEW_APPLICATION: Values = {
  type: 'self_hosted',
  session_duration: '24h',
  'oauth_configuration.enabled': true,
  'oauth_configuration.dynamic_client_registration.enabled': true,
  'oauth_configuration.dynamic_client_registration.allow_any_on_localhost': true,
  'oauth_configuration.dynamic_client_registration.allow_any_on_loopback': true,
}

/**
 * Returns the body of a POST or PUT. A PUT replaces the whole application, so it contains every member of
 * the stored one. Access: documented [S26, P17].
 *
 * @throws NotJson
 */
export function applicationBody(values: Values, rows: PolicyRow[], stored?: Stored): object {
  // The same as `destinations`.
  const { domain: _, self_hosted_domains: __, ...kept } = withoutReadOnly(stored ?? {})
  return {
    ...withValues(kept, values, DIRECT),
    destinations: destinationsOf(values, stored),
    policies: usedRows(rows).map(({ row, at }) =>
      policyOf(row, at, 'id' in row ? stored?.policies.find(({ id }) => id === row.id) : undefined),
    ),
  }
}

// The public hostnames in their order, with the members that they had; then the other destinations.
function destinationsOf(values: Values, stored?: Stored): object[] {
  const before = stored?.destinations ?? []
  const isPublic = ({ type = 'public' }: { type?: string | undefined }) => type === 'public'
  return [
    ...linesOf(String(values.hostnames ?? '')).map((uri) => ({
      ...before.find((each) => isPublic(each) && each.uri === uri),
      type: 'public',
      uri,
    })),
    ...before.filter((each) => !isPublic(each)),
  ]
}
