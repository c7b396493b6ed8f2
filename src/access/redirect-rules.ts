/**
 * The rules that decide whether Access allows a redirect URI. They apply in this order:
 *
 * 1. Form, for every client: `parseRedirectUri` (`oauth/redirect-uri.ts`).
 * 2. Registration: `evaluateAccountRules`, the union of the rules of all applications [R5, R15].
 * 3. Authorization: the URI has to be registered [A14] (`team/authorization/request.ts`), then
 *    `evaluateRedirectRules` with the rules of the one application [A4, A5].
 *
 * `redirect-rule-schema.ts` defines the rules that an application may have. The OAuth clients of the
 * dashboard have a comparison of their own: `account/oauth/redirect-match.ts`.
 */
import * as z from 'zod'
import { parseRedirectUri, type RedirectUri, type UnusableRedirectUri } from '../oauth/redirect-uri'
import { type Application, managedOAuth } from './application'
import type { DynamicClientRegistration } from './redirect-rule-schema'

/** A redirect URI of a registered client. */
export const redirectUriSchema = z.string().superRefine((text, context) => {
  const { problem } = parseRedirectUri(text)
  if (problem) context.addIssue({ code: 'custom', message: `the redirect URI ${problem}` })
})

/** The rule that allows a redirect URI, or the reason why none does. */
type RedirectVerdict = { rule: string; refusal?: undefined } | { refusal: RedirectRefusal }
export type RedirectRefusal = { why: string; change: string }

/**
 * Evaluates the rules of one application for a redirect URI. The rule that allows it is a toggle
 * (`allow_any_on_localhost`, `allow_any_on_loopback`) or the entry of `allowed_uris`.
 *
 * Rules are compared as text, which is exact: a URI that parses has only one spelling.
 */
export function evaluateRedirectRules(
  rules: DynamicClientRegistration,
  uri: RedirectUri | UnusableRedirectUri,
): RedirectVerdict {
  if (uri.problem !== undefined) {
    return refused(`\`${uri.text}\` ${uri.problem}`, 'Send an absolute URI in normal form.')
  }
  const { text } = uri
  if (!rules.enabled) {
    const why = `\`${text}\` is not allowed: dynamic_client_registration.enabled is off`
    return refused(why, 'Turn on dynamic_client_registration.enabled.')
  }
  const toggle = toggleFor(uri)
  if (toggle && rules[toggle]) return { rule: toggle }
  const rule = rules.allowed_uris.find((each) =>
    // Assumed: `https://x/*` matches `https://x/` and not `https://x` [R10].
    each.endsWith('/*') ? text.startsWith(each.slice(0, -1)) : text === each,
  )
  if (rule !== undefined) return { rule }
  if (toggle) {
    const why = `\`${text}\` is not allowed: \`${toggle}\` is off`
    return refused(why, `Turn on ${toggle}, or list the URI in allowed_uris.`)
  }
  const listed = rules.allowed_uris.join(', ')
  return refused(
    `\`${text}\` is not allowed: no entry of \`allowed_uris\` matches it${listed ? ` (${listed})` : ', the list is empty'}`,
    'List the URI in allowed_uris, or a rule that ends in /*.',
  )
}

// Access: documented [R8, R9]. Each toggle is for one host; neither includes `[::1]`. Assumed: https as well
// as http, from "any client with redirect URIs on localhost".
function toggleFor({ url }: RedirectUri) {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  if (url.hostname === 'localhost') return 'allow_any_on_localhost'
  return url.hostname === '127.0.0.1' ? 'allow_any_on_loopback' : undefined
}

function refused(why: string, change: string): RedirectVerdict {
  return { refusal: { why, change } }
}

/** Returns whether any application registers clients. If none does, the endpoint is 404 [R7, M15]. */
export function registersClients(applications: readonly Application[]): boolean {
  return applications.some((each) => managedOAuth(each)?.dynamic_client_registration.enabled)
}

/** The rules that allow all redirect URIs of a registration, or the reason why one is not allowed. */
type RegistrationVerdict = { rules: string[]; refusal?: undefined } | { refusal: RedirectRefusal }

/**
 * Evaluates the rules of the account for the redirect URIs of a client. A URI is allowed if any
 * application allows it. One URI that no application allows makes the registration fail.
 *
 * Access: observed [R5, R6, R15]. The "account configuration" is the union of all applications' rules.
 */
export function evaluateAccountRules(
  applications: readonly Application[],
  uris: readonly (RedirectUri | UnusableRedirectUri)[],
): RegistrationVerdict {
  const verdicts = applications.flatMap((application) => {
    const rules = managedOAuth(application)?.dynamic_client_registration
    if (!rules) return []
    const verdicts = uris.map((uri) => evaluateRedirectRules(rules, uri))
    return [{ name: application.name, verdicts }]
  })
  const isRefused = (index: number) => verdicts.every((each) => each.verdicts[index]?.refusal)
  const refused = uris.findIndex((_, index) => isRefused(index))
  if (refused >= 0) {
    const refusals = verdicts.flatMap(({ name, verdicts }) => {
      const refusal = verdicts[refused]?.refusal
      return refusal ? [{ ...refusal, why: `${refusal.why} for app ${name}` }] : []
    })
    return { refusal: joined(refusals) }
  }
  const rules = verdicts.flatMap(({ verdicts }) => verdicts.flatMap(ruleOf))
  return { rules: [...new Set(rules)] }
}

function joined(refusals: RedirectRefusal[]): RedirectRefusal {
  return {
    why: refusals.map(({ why }) => why).join('; '),
    change: [...new Set(refusals.map(({ change }) => change))].join(' '),
  }
}

function ruleOf(verdict: RedirectVerdict): string[] {
  return verdict.refusal ? [] : [verdict.rule]
}
