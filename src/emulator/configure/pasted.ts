import { isObject } from '../../access/unknown-members'

/** The lists of the real API that an import reads. */
const LISTS = ['apps', 'policies', 'groups', 'identity_providers'] as const
type List = (typeof LISTS)[number]

export type Json = Record<string, unknown>

/** The records of each list. */
export type Pasted = Record<List, Json[]>

/** A text that is not JSON, not the response of a list, or a list that cannot be imported. */
export class UnreadableList extends Error {
  constructor(
    readonly list: List,
    reason: string,
  ) {
    super(reason)
  }
}

/**
 * Reads the responses of the real API as they were pasted: the envelope, or the list in it. An empty text is
 * an empty list.
 *
 * @param textOf returns the pasted text of a list
 * @throws UnreadableList
 */
export function readPasted(textOf: (list: List) => string): Pasted {
  return Object.fromEntries(LISTS.map((list) => [list, recordsOf(list, textOf(list))])) as Pasted
}

function recordsOf(list: List, text: string): Json[] {
  if (text.trim() === '') return []
  const value = parsed(list, text)
  const records = isObject(value) && 'result' in value ? value.result : value
  if (!Array.isArray(records)) {
    throw new UnreadableList(list, 'expected the response of a list: {"result": [...]} or [...]')
  }
  return records.filter(isObject)
}

function parsed(list: List, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnreadableList(list, `This is not JSON: ${String(error)}`)
  }
}

/** Returns the reusable policies of the list, and those that only an application contains. */
export function reusablePolicies(listed: Json[], apps: Json[]): Json[] {
  const inApps = apps.flatMap(({ policies }) => (Array.isArray(policies) ? policies : []))
  const all = [...listed, ...inApps.filter(isObject).filter(({ reusable }) => reusable === true)]
  return [...new Map(all.map((policy) => [policy.id, policy])).values()].map(
    ({ precedence: _, ...policy }) => policy,
  )
}

/** Returns the hosts of the applications, in their order. */
export function hostsOf(apps: Json[]): string[] {
  const uris = apps.flatMap(({ domain, destinations, self_hosted_domains: hosted }) => [
    domain,
    ...(Array.isArray(hosted) ? hosted : []),
    ...(Array.isArray(destinations) ? destinations.filter(isObject).map(({ uri }) => uri) : []),
  ])
  const hosts = uris.filter((uri) => typeof uri === 'string').map((uri) => uri.split('/')[0] ?? '')
  return [...new Set(hosts)].filter((host) => host !== '')
}
