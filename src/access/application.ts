/**
 * `access/` is the model of Cloudflare Access, as pure functions and schemas: the records that the API
 * configures, how policies and redirect rules are evaluated, revocation, keys, assertions and the
 * credentials of Managed OAuth. It imports `oauth/` and nothing else, and does no I/O.
 * `redirect-rules.ts` judges redirect URIs; `sign-in.ts` lists what ends a grant. It does not own the
 * endpoints (`gate/`, with the 401 in `gate/challenge.ts`, `team/`, `api/`), storage (`store/`), the
 * accounts and OAuth clients of the dashboard (`account/`), or events and faults.
 */
import { sha256Hex } from '../oauth/encoding'
import { isPublic, type ParsedApplication } from './application-schema'
import { coverage, pathMatches } from './domain'
import { wholeSeconds } from './duration'
import { type ManagedOAuth, oauthConfigurationSchema } from './oauth-configuration'
import type { Policy } from './policy'
import type { Timestamps } from './timestamps'

/** A stored policy of an application: a reference to a reusable policy, or a policy of its own. */
export type PolicyEntry = { id: string; precedence: number } | (Policy & { precedence: number })

/** An application as it is stored: ids and precedences are set, reusable policies are references. */
export type StoredApplication = Omit<
  ParsedApplication,
  'id' | 'aud' | 'name' | 'policies' | 'destinations' | 'self_hosted_domains'
> &
  Timestamps & {
    id: string
    aud: string
    name: string
    /** `domain` first, then the other public destinations, then the rest. */
    destinations: NonNullable<ParsedApplication['destinations']>
    policies: PolicyEntry[]
  }

/** An application as requests are evaluated: with all its policies, in order. */
export type Application = Omit<StoredApplication, 'policies'> & { policies: Policy[] }

/**
 * Completes an application: sets omitted ids, audience and precedences, and merges `domain`,
 * `destinations` and the deprecated `self_hosted_domains` into one list of destinations.
 *
 * @param idFor returns an id for `application`, or for the policy at an index: `policy:0`
 */
export async function completeApplication(
  parsed: ParsedApplication,
  idFor: (what: string) => string | Promise<string>,
): Promise<StoredApplication> {
  const { destinations = [], self_hosted_domains: hosted = [], ...rest } = parsed
  // Access: documented [K4]. `destinations` supersede `self_hosted_domains`.
  const uris = destinations.length > 0 ? destinations.filter(isPublic) : hosted.map(publicAt)
  const domain = parsed.domain ?? uris[0]?.uri
  const publics = uris.filter(({ uri }) => uri !== domain)
  const head = uris.find(({ uri }) => uri === domain) ?? (domain && publicAt(domain))
  const name = parsed.name ?? domain ?? parsed.type
  const id = parsed.id ?? (await idFor('application'))
  return {
    ...rest,
    id,
    name,
    aud: parsed.aud ?? (await sha256Hex(`aud:${id}`)),
    ...(domain !== undefined && { domain }),
    // Access: documented [EU1]. Managed OAuth is always on.
    ...(parsed.type === 'end_user' && {
      oauth_configuration: parsed.oauth_configuration ?? oauthConfigurationSchema.parse({}),
    }),
    destinations: [
      ...(head ? [head] : []),
      ...publics,
      ...destinations.filter((each) => !isPublic(each)),
    ],
    tags: [...new Set(parsed.tags)].sort(),
    policies: await completePolicies(parsed.policies, (index) => idFor(`policy:${index}`)),
  }
}

// A policy without a precedence gets its position in the list, or the next free precedence.
async function completePolicies(
  policies: ParsedApplication['policies'],
  idFor: (index: number) => string | Promise<string>,
): Promise<PolicyEntry[]> {
  const taken = new Set(policies.map(({ precedence }) => precedence))
  const entries: PolicyEntry[] = []
  // The precedences from the last position up to this one are taken.
  let upTo = 0
  for (const [index, policy] of policies.entries()) {
    let precedence = policy.precedence ?? Math.max(index, upTo) + 1
    if (policy.precedence === undefined) {
      while (taken.has(precedence)) precedence++
      upTo = precedence
    }
    taken.add(precedence)
    entries.push({ ...policy, id: policy.id ?? (await idFor(index)), precedence })
  }
  return entries.sort((a, b) => a.precedence - b.precedence)
}

/** Returns an application with its reusable policies in place of the references to them. */
export function withPolicies(
  application: StoredApplication,
  reusable: ReadonlyMap<string, Omit<Policy, 'precedence'>>,
): Application {
  const policies = application.policies.flatMap((entry): Policy[] => {
    if ('decision' in entry) return [entry]
    const policy = reusable.get(entry.id)
    return policy ? [{ ...policy, precedence: entry.precedence, reusable: true }] : []
  })
  return { ...application, policies }
}

function publicAt(uri: string) {
  return { type: 'public' as const, uri }
}

/** Returns the Managed OAuth configuration of an application, or undefined if Managed OAuth is off. */
export function managedOAuth(application: Application): ManagedOAuth | undefined {
  return application.oauth_configuration?.enabled ? application.oauth_configuration : undefined
}

/** `grant.access_token_lifetime`, if nobody set it. */
export const DEFAULT_LIFETIME = '15m'

/** Returns `grant.access_token_lifetime` and `grant.session_duration` in seconds, with defaults. */
export function grantLifetimes(application: Application, oauth: ManagedOAuth) {
  return {
    accessTokenLifetimeSeconds: wholeSeconds(
      oauth.grant?.access_token_lifetime ?? DEFAULT_LIFETIME,
    ),
    // Access: documented [K30]. The default is the application's own session duration.
    sessionDurationSeconds: wholeSeconds(
      oauth.grant?.session_duration ?? application.session_duration,
    ),
  }
}

/** An application, and the domain of it that covers a URL. */
export type Covered = { application: Application; domain: string }

/**
 * Finds the application that covers a URL. An exact host comes before a wildcard, and a wildcard before
 * `*` alone; then the longest path wins.
 */
export function coveredAt(applications: readonly Application[], url: URL): Covered | undefined {
  let best: (Covered & { rank: number }) | undefined
  for (const application of applications) {
    for (const domain of domainsOf(application)) {
      const rank = coverage(domain, url)
      if (rank > (best?.rank ?? 0)) best = { application, domain, rank }
    }
  }
  return best
}

/**
 * Finds the override that opens a URL: a path pattern of the destination that covers it.
 *
 * Access: documented [K39].
 */
export function openingOverride(
  { application, domain }: Covered,
  url: URL,
): { path_pattern: string } | undefined {
  const destination = application.destinations.filter(isPublic).find(({ uri }) => uri === domain)
  return destination?.overrides?.find((each) => pathMatches(each.path_pattern, url.pathname))
}

/** Finds the application that covers a URL. */
export function applicationAt(
  applications: readonly Application[],
  url: URL,
): Application | undefined {
  return coveredAt(applications, url)?.application
}

/** Returns the domains of an application: the URIs of its public destinations. */
export function domainsOf(application: Pick<Application, 'destinations'>): string[] {
  return application.destinations.filter(isPublic).map(({ uri }) => uri)
}

/** Returns whether an application has a domain on the host of a URL, at any path. */
export function isOnHost(application: Application, url: URL): boolean {
  return domainsOf(application).some((domain) => {
    const [authority = ''] = domain.split('/')
    return coverage(authority, url) > 0
  })
}
