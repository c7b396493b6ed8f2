import * as z from 'zod'
import { redirectUriFault } from '../oauth/redirect-uri'

/**
 * What is wrong with an entry of `allowed_uris`, or undefined where it is a rule.
 *
 * Access: documented (API reference of November 2026). HTTP and HTTPS paths may end in a slash and
 * a star, which matches all sub-paths; custom schemes are listed exactly [R10-R12].
 */
export function redirectRuleFault(rule: string): string | undefined {
  const isPrefix = rule.endsWith('/*')
  const fault = redirectUriFault(isPrefix ? rule.slice(0, -1) : rule)
  if (fault) return fault
  if (isPrefix && !/^https?:/.test(rule)) return 'uses /* with a custom scheme; list the URI itself'
  // Assumed: Access documents no other place for a star.
  if ((isPrefix ? rule.slice(0, -2) : rule).includes('*')) {
    return 'has a star elsewhere than in a final /*'
  }
  if (isPrefix && rule.includes('?')) return 'has a query before /*'
  return undefined
}

export const redirectRuleSchema = z.string().superRefine((rule, context) => {
  const fault = redirectRuleFault(rule)
  if (fault) context.addIssue({ code: 'custom', message: `the redirect URI ${fault}` })
})

/**
 * The index of the first rule that the older wording does not allow (`The URL must use https`, April
 * 2026), or -1.
 */
export function firstNotHttps(rules: readonly string[]): number {
  return rules.findIndex((rule) => !rule.startsWith('https://'))
}

/**
 * `oauth_configuration.dynamic_client_registration`: which redirect URIs clients may bring.
 *
 * Assumed: Access publishes no defaults. Registration is on where the object is silent, as in the
 * dashboard; the two toggles are off, as unset booleans of the API read.
 */
export const dynamicClientRegistrationSchema = z.strictObject({
  enabled: z.boolean().default(true),
  allow_any_on_localhost: z.boolean().default(false),
  allow_any_on_loopback: z.boolean().default(false),
  allowed_uris: z.array(redirectRuleSchema).default([]),
})
export type DynamicClientRegistration = z.infer<typeof dynamicClientRegistrationSchema>

/** Why no rule lets `redirectUri` pass, and what would. */
export function redirectRefusal(
  rules: DynamicClientRegistration,
  redirectUri: string,
): { why: string; change: string } {
  const fault = redirectUriFault(redirectUri)
  if (fault) return { why: `\`${redirectUri}\` ${fault}`, change: 'Send a plain absolute URI' }
  if (!rules.enabled) {
    return {
      why: `\`${redirectUri}\` is not allowed: dynamic_client_registration.enabled is off`,
      change: 'turn it on',
    }
  }
  const { protocol, hostname } = new URL(redirectUri)
  const toggle =
    protocol !== 'http:'
      ? undefined
      : hostname === 'localhost'
        ? 'allow_any_on_localhost'
        : hostname === '127.0.0.1'
          ? 'allow_any_on_loopback'
          : undefined
  return toggle
    ? {
        why: `\`${redirectUri}\` is not allowed: \`${toggle}\` is off`,
        change: 'turn it on or list the URI in allowed_uris',
      }
    : {
        why: `\`${redirectUri}\` is not allowed: no entry of \`allowed_uris\` matches it${rules.allowed_uris.length ? ` (${rules.allowed_uris.join(', ')})` : ', the list is empty'}`,
        change: 'list the URI in allowed_uris, or a rule that ends in /*',
      }
}

/**
 * The rule that lets `redirectUri` pass (`allow_any_on_localhost`, `allow_any_on_loopback`, or the
 * entry of `allowed_uris`), or undefined where none does.
 *
 * Comparing text is exact here, because `redirectUriFault` admits one spelling of each URI only.
 */
export function matchingRedirectRule(
  rules: DynamicClientRegistration,
  redirectUri: string,
): string | undefined {
  if (!rules.enabled || redirectUriFault(redirectUri)) return undefined
  const { protocol, hostname } = new URL(redirectUri)
  // Access: documented [R8, R9]. Each toggle is for its one host, over http; `[::1]` is neither.
  if (protocol === 'http:') {
    if (rules.allow_any_on_localhost && hostname === 'localhost') return 'allow_any_on_localhost'
    if (rules.allow_any_on_loopback && hostname === '127.0.0.1') return 'allow_any_on_loopback'
  }
  return rules.allowed_uris.find((rule) =>
    // Assumed: `https://x/*` matches `https://x/` and not `https://x` [R10].
    rule.endsWith('/*') ? redirectUri.startsWith(rule.slice(0, -1)) : redirectUri === rule,
  )
}
