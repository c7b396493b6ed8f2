import { sha256Hex } from '../oauth/encoding'
import { isPublic, type ParsedApplication } from './application-schema'
import { coverage } from './domain'
import { wholeSeconds } from './duration'
import type { ManagedOAuth } from './oauth-configuration'
import type { Policy } from './policy'
import type { Timestamps } from './timestamps'

/** A reusable policy as an application names it, or a policy of the application's own. */
export type PolicyEntry = { id: string; precedence: number } | (Policy & { precedence: number })

/** An application as it is kept: ids and precedences filled in, reusable policies by their ids. */
export type StoredApplication = Omit<
  ParsedApplication,
  'id' | 'aud' | 'name' | 'policies' | 'destinations' | 'self_hosted_domains'
> &
  Timestamps & {
    id: string
    aud: string
    name: string
    /** The public ones first, `domain` at their head. */
    destinations: NonNullable<ParsedApplication['destinations']>
    policies: PolicyEntry[]
  }

/** An application as requests are judged by it: its policies in their order. */
export type Application = Omit<StoredApplication, 'policies'> & { policies: Policy[] }

/**
 * Fills in what was left out: ids, the audience, precedences; and makes one list of the three ways
 * to say where an application is (`domain`, `destinations`, the deprecated `self_hosted_domains`).
 *
 * @param idFor an id for the application (`application`), or for its policy of that index
 */
export async function completeApplication(
  parsed: ParsedApplication,
  idFor: (what: string) => string | Promise<string>,
): Promise<StoredApplication> {
  const { destinations = [], self_hosted_domains: hosted = [], ...rest } = parsed
  // Access: documented. `destinations` supersede `self_hosted_domains`.
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
    destinations: [
      ...(head ? [head] : []),
      ...publics,
      ...destinations.filter((each) => !isPublic(each)),
    ],
    tags: [...new Set(parsed.tags)].sort(),
    policies: await completePolicies(parsed.policies, (index) => idFor(`policy:${index}`)),
  }
}

// A policy without a precedence gets its place in the list, or the next one that is free.
async function completePolicies(
  policies: ParsedApplication['policies'],
  idFor: (index: number) => string | Promise<string>,
): Promise<PolicyEntry[]> {
  const taken = new Set(policies.map(({ precedence }) => precedence))
  const entries: PolicyEntry[] = []
  for (const [index, policy] of policies.entries()) {
    let precedence = policy.precedence ?? index + 1
    if (policy.precedence === undefined) while (taken.has(precedence)) precedence++
    taken.add(precedence)
    entries.push({ ...policy, id: policy.id ?? (await idFor(index)), precedence })
  }
  return entries.sort((a, b) => a.precedence - b.precedence)
}

/** The application with its reusable policies in place of their ids. */
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

/** The application's Managed OAuth, or undefined while it is off. */
export function managedOAuth(application: Application): ManagedOAuth | undefined {
  return application.oauth_configuration?.enabled ? application.oauth_configuration : undefined
}

/** `grant.access_token_lifetime` and `grant.session_duration` in seconds, defaults filled in. */
export function grantLifetimes(application: Application, oauth: ManagedOAuth) {
  return {
    accessTokenLifetimeSeconds: wholeSeconds(oauth.grant.access_token_lifetime),
    // Access: documented. The default is the application's own session duration.
    sessionDurationSeconds: wholeSeconds(
      oauth.grant.session_duration ?? application.session_duration,
    ),
  }
}

/** An application and which of its domains covers a URL. */
export type Covered = { application: Application; domain: string }

/**
 * The application whose domain covers this URL: an exact host before a wildcard before every host,
 * then the longest path.
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

/** The application at a URL, where the domain does not matter. */
export function applicationAt(
  applications: readonly Application[],
  url: URL,
): Application | undefined {
  return coveredAt(applications, url)?.application
}

/** Everywhere the application is: its domain and its public destinations. */
export function domainsOf(application: Pick<Application, 'destinations'>): string[] {
  return application.destinations.filter(isPublic).map(({ uri }) => uri)
}

/** Whether the application has a domain on the host of this URL, at whatever path. */
export function isOnHost(application: Application, url: URL): boolean {
  return domainsOf(application).some((domain) => {
    const [authority = ''] = domain.split('/')
    return coverage(authority, url) > 0
  })
}
