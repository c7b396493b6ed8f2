import * as z from 'zod'
import { parseRedirectUri } from '../oauth/redirect-uri'

/**
 * Returns what is wrong with an entry of `allowed_uris`, or undefined if it is a rule.
 *
 * Access: documented (API reference of November 2026). HTTP and HTTPS paths may end in a slash and
 * a star, which matches all sub-paths; custom schemes are listed exactly [R10-R12].
 */
export function redirectRuleProblem(rule: string): string | undefined {
  const isPrefix = rule.endsWith('/*')
  const { problem } = parseRedirectUri(isPrefix ? rule.slice(0, -1) : rule)
  if (problem) return problem
  if (isPrefix && !/^https?:/.test(rule)) return 'uses /* with a custom scheme; list the URI itself'
  // Assumed: Access documents no other place for a star.
  if ((isPrefix ? rule.slice(0, -2) : rule).includes('*')) {
    return 'has a star elsewhere than in a final /*'
  }
  if (isPrefix && rule.includes('?')) return 'has a query before /*'
  return undefined
}

const redirectRuleSchema = z.string().superRefine((rule, context) => {
  const problem = redirectRuleProblem(rule)
  if (problem) context.addIssue({ code: 'custom', message: `the redirect URI ${problem}` })
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
