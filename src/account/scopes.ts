import { CATALOGUE, IRREGULAR_NAMES, type ScopeRow, type ScopeSubject } from './scope-catalogue'

/** The categories of permissions, in display order. API: documented [C15, D15]. */
export const CATEGORIES = {
  developer_platform: 'Developer platform',
  ai_and_machine_learning: 'AI and machine learning',
  dns_and_zones: 'DNS and zones',
  app_security: 'Application security',
  rules_and_configuration: 'Rules and configuration',
  cloudflare_one_and_zero_trust: 'Cloudflare One and Zero Trust',
  analytics_and_logs: 'Analytics and logs',
  network_services: 'Network services',
  media: 'Media',
  email_and_messaging: 'E-mail and messaging',
  cache_and_performance: 'Cache and performance',
  account_and_billing: 'Account and billing',
  other: 'Other',
} satisfies Record<keyof typeof CATALOGUE, string>
type Category = keyof typeof CATEGORIES

/** A scope as `GET /oauth/scopes` lists it. `scopes` are the resources that it applies to. */
type Scope = { id: string; name: string; category: Category; scopes: string[] }

const RESOURCES: Record<ScopeSubject, string> = {
  account: 'com.cloudflare.api.account',
  zone: 'com.cloudflare.api.account.zone',
  user: 'com.cloudflare.api.user',
  bucket: 'com.cloudflare.edge.r2.bucket',
}

/** A group of scopes: its verbs, and the function that describes any scope of it. */
type Group = { id: string; verbs: string[]; scope(verb: string): Scope }

const GROUPS = Object.keys(CATEGORIES).filter(isCategory).flatMap(groupsIn)

/** The listed scopes, by category. */
export const SCOPES: readonly Scope[] = GROUPS.flatMap(({ verbs, scope }) => verbs.map(scope))

// Assumed: their names on the consent page, which no list of the dashboard contains.
const PROTOCOL_NAMES = new Map([
  ['openid', 'Sign you in'],
  ['offline', 'Access your data while you are away'],
  ['offline_access', 'Access your data while you are away'],
])

/** The scopes of the protocol, which are never listed. API: observed [C7]. */
export const PROTOCOL_SCOPES: readonly string[] = [...PROTOCOL_NAMES.keys()]

/** The scopes of Cloudflare's own examples that its catalogue does not list. API: reported [C16]. */
export const ACCEPTED_NOT_LISTED: readonly string[] = ['account.read', 'workers-platform.read']

// Dashboard: observed [D31], the groups of wrangler's scopes, which have colons. Assumed: their titles
// and categories.
const FIRST_PARTY: [group: string, title: string, category: Category][] = [
  ['account', 'Account', 'account_and_billing'],
  ['user', 'User Details', 'account_and_billing'],
  ['workers', 'Workers', 'developer_platform'],
  ['workers_kv', 'Workers KV Storage', 'developer_platform'],
  ['workers_routes', 'Workers Routes', 'developer_platform'],
  ['workers_scripts', 'Workers Scripts', 'developer_platform'],
  ['workers_tail', 'Workers Tail', 'developer_platform'],
  ['d1', 'D1', 'developer_platform'],
  ['pages', 'Pages', 'developer_platform'],
  ['zone', 'Zone', 'dns_and_zones'],
  ['ssl_certs', 'SSL and Certificates', 'app_security'],
  ['ai', 'Workers AI', 'ai_and_machine_learning'],
  ['ai-search', 'AI Search', 'ai_and_machine_learning'],
  ['agent-memory', 'Agent Memory', 'ai_and_machine_learning'],
  ['queues', 'Queues', 'developer_platform'],
  ['pipelines', 'Pipelines', 'developer_platform'],
  ['secrets_store', 'Secrets Store', 'developer_platform'],
  ['artifacts', 'Artifacts', 'developer_platform'],
  ['flagship', 'Flagship', 'developer_platform'],
  ['containers', 'Containers', 'developer_platform'],
  ['cloudchamber', 'Cloudchamber', 'developer_platform'],
  ['connectivity', 'Connectivity Directory', 'cloudflare_one_and_zero_trust'],
  ['email_routing', 'Email Routing', 'email_and_messaging'],
  ['email_sending', 'Email Sending', 'email_and_messaging'],
  ['browser', 'Browser Rendering', 'developer_platform'],
]

const BY_ID = new Map(SCOPES.map((scope) => [scope.id, scope]))
const BY_GROUP = new Map(GROUPS.toReversed().map((group) => [group.id, group]))

/** Finds a scope of the catalogue by its id. */
export function findScope(id: string): Scope | undefined {
  return BY_ID.get(id)
}

/** Returns whether a self-managed client can have a scope: it is listed, or accepted without that. */
export function isKnownScope(id: string): boolean {
  return BY_ID.has(id) || ACCEPTED_NOT_LISTED.includes(id)
}

/**
 * Returns whether the catalogue has other scopes of the group of an unknown scope. Such a scope is
 * accepted, because the publicly known part of the catalogue has gaps.
 *
 * Not like Cloudflare [C19].
 */
export function isUnlistedScope(id: string): boolean {
  const [, group = ''] = id.match(/^([^.]+)\.[a-z_]+$/) ?? []
  return !isKnownScope(id) && BY_GROUP.has(group)
}

/**
 * Describes any scope for the consent page, listed or not: those of the protocol, those with colons of
 * Cloudflare's own clients, and others.
 */
export function describeScope(id: string): Scope {
  const [group = '', verb = ''] = id.split(/[:.]/)
  const known =
    findScope(id) ?? (isUnlistedScope(id) ? BY_GROUP.get(group)?.scope(verb) : undefined)
  if (known) return known
  const [, title = words(group), category = 'other'] = FIRST_PARTY.find(([g]) => g === group) ?? []
  const name = PROTOCOL_NAMES.get(id) ?? `${title} ${words(verb)}`.trim()
  return { id, name, category, scopes: [] }
}

function isCategory(text: string): text is Category {
  return text in CATEGORIES
}

function groupsIn(category: Category): Group[] {
  const rows: ScopeRow[] = CATALOGUE[category]
  return rows.map(([group, verbs, title, subject = 'account']) => ({
    id: group,
    verbs: verbs.split(' '),
    scope: (verb) => ({
      id: `${group}.${verb}`,
      name: IRREGULAR_NAMES[`${group}.${verb}`] ?? `${title} ${words(verb)}`,
      category,
      scopes: [RESOURCES[subject]],
    }),
  }))
}

// `metadata_read` is "Metadata Read".
function words(text: string): string {
  return text
    .split(/[_-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
}
