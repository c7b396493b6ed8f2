import { accepted, type Permission } from './permissions'

/** A family of paths of Cloudflare's API that the emulator judges and does not serve. */
export type Family = {
  /** The path below `/client/v4`. Every path below it belongs to the family too, unless `isExact`. */
  path: string
  isExact?: boolean
  read: Permission[]
  write: Permission[]
}

// The kinds of rules that a ruleset of an account, or of a zone, may hold.
const ACCOUNT_RULES = [
  'mass-url-redirects',
  'magic-firewall',
  'l4-ddos-managed-ruleset',
  'transform-rules',
  'select-configuration',
  'account-waf',
  'account-rulesets',
  'account-logs',
]
const ZONE_RULES = [
  ...ACCOUNT_RULES,
  'response-compression',
  'config-settings',
  'dynamic-redirect',
  'cache-settings',
  'custom-errors',
  'origin',
  'managed-headers',
  'zone-transform-rules',
  'http-ddos-managed-ruleset',
  'sanitize',
  'bot-management',
  'zone-waf',
  'logs',
]

const SCRIPTS = ['workers-scripts.write', 'workers-scripts.edit']
const WORKERS = { read: ['workers-tail.read', 'workers-scripts.read', ...SCRIPTS], write: SCRIPTS }

/**
 * The families, with the "accepted permissions" of the API reference: one of them is enough.
 *
 * API: documented [V27]. Assumed: every operation of a family accepts the same ones, and a permission to
 * write is enough to read.
 */
export const FAMILIES: readonly Family[] = [
  { path: '/zones', isExact: true, ...accepted('zone') },
  { path: '/zones/:zone_id', isExact: true, ...accepted('zone') },
  { path: '/zones/:zone_id/dns_records', ...accepted('dns') },
  { path: '/zones/:zone_id/purge_cache', read: ['cache.purge'], write: ['cache.purge'] },
  { path: '/zones/:zone_id/rulesets', ...accepted(...ZONE_RULES) },
  { path: '/zones/:zone_id/settings', ...accepted('zone-settings') },
  { path: '/accounts/:account_id/rulesets', ...accepted(...ACCOUNT_RULES) },
  { path: '/accounts/:account_id/workers/scripts', ...WORKERS },
  { path: '/accounts/:account_id/workers/services', ...WORKERS },
]

/** Finds the family of a path. */
export function familyOf(path: string): Family | undefined {
  const segments = path.split('/')
  return FAMILIES.find(({ path: family, isExact }) => {
    const own = family.split('/')
    const hasLength = isExact ? segments.length === own.length : segments.length >= own.length
    return hasLength && own.every((part, at) => part.startsWith(':') || part === segments[at])
  })
}
