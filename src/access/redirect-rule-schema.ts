import * as z from 'zod'
import { parseRedirectUri } from '../oauth/redirect-uri'

/**
 * Returns what is wrong with an entry of `allowed_uris`, or undefined if it is a rule.
 *
 * Access: documented [K9, R10-R12]. http and https paths may end in a slash and a star, which matches
 * all sub-paths. Custom schemes match exactly.
 */
export function redirectRuleProblem(rule: string): string | undefined {
  const isPrefix = rule.endsWith('/*')
  const { problem } = parseRedirectUri(isPrefix ? rule.slice(0, -1) : rule)
  if (problem) return problem
  if (isPrefix && !/^https?:/.test(rule)) return 'uses /* with a custom scheme; list the URI itself'
  // Assumed: Access documents a star in no other place.
  if ((isPrefix ? rule.slice(0, -2) : rule).includes('*')) {
    return 'has a star outside a final /*'
  }
  if (isPrefix && rule.includes('?')) return 'has a query before /*'
  return undefined
}

const redirectRuleSchema = z.string().superRefine((rule, context) => {
  const problem = redirectRuleProblem(rule)
  if (problem) context.addIssue({ code: 'custom', message: `the redirect URI ${problem}` })
})

/**
 * Returns the index of the first rule that does not use https, or -1. In April 2026, Access documented
 * that every rule must use https [K9].
 */
export function firstNotHttps(rules: readonly string[]): number {
  return rules.findIndex((rule) => !rule.startsWith('https://'))
}

/**
 * `oauth_configuration.dynamic_client_registration`: the redirect URIs that clients may use.
 *
 * Access: documented [K38]. Each toggle is on where it is absent: Cloudflare's Terraform provider takes
 * `true` for the default of each, and an empty list for that of `allowed_uris`.
 */
export const dynamicClientRegistrationSchema = z.strictObject({
  enabled: z.boolean().default(true),
  allow_any_on_localhost: z.boolean().default(true),
  allow_any_on_loopback: z.boolean().default(true),
  allowed_uris: z.array(redirectRuleSchema).default([]),
})
export type DynamicClientRegistration = z.infer<typeof dynamicClientRegistrationSchema>
