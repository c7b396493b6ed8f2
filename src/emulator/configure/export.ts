import * as z from 'zod'
import { isObject, withoutReadOnly } from '../../access/unknown-members'
import { type Call, curlOf } from '../../pages/configure/curl'
import type { AppContext } from '../../request/context'
import { accountPath, readApi } from './api'

const recordSchema = z.looseObject({ id: z.string() })
type ApiRecord = z.infer<typeof recordSchema>

// The kinds in the order in which a record can name an earlier one.
const KINDS = [
  { path: '/access/identity_providers', variable: 'IDENTITY_PROVIDER' },
  { path: '/access/groups', variable: 'GROUP' },
  { path: '/access/policies', variable: 'POLICY' },
  { path: '/access/apps', variable: 'APPLICATION' },
] as const

/** The configuration in the two forms in which it can be taken along. */
export type Exported = { curl: string; startEmulator: string }

/** Exports identity providers, groups, policies and applications. No API response contains a secret. */
export async function exported(c: AppContext): Promise<Exported> {
  const [providers = [], groups = [], policies = [], applications = []] = await Promise.all(
    KINDS.map(({ path }) =>
      readApi(c, `${accountPath(c)}${path}?per_page=1000`, z.array(recordSchema)),
    ),
  )
  const lists = [providers, groups, policies, applications]
  return {
    curl: asCurl(c, lists),
    startEmulator: asOption(c, { providers, groups, applications }),
  }
}

// Each call keeps the id that it got in a variable, because other records name it.
function asCurl(c: AppContext, lists: ApiRecord[][]): string {
  const variables = new Map<string, string>()
  const lines = ['# needs jq; each id is new', `ACCOUNT_ID=${accountPath(c).split('/')[2]}`]
  KINDS.forEach(({ path, variable }, at) => {
    for (const [index, record] of (lists[at] ?? []).entries()) {
      const name = `${variable}_${index + 1}`
      const call: Call = {
        method: 'POST',
        path: `/accounts/$ACCOUNT_ID${path}`,
        body: sent(record),
      }
      const text = withVariables(curlOf(call, c.get('url').origin), variables)
      lines.push(`${name}=$(${text.replace('curl ', 'curl --silent ')} | jq -r .result.id)`)
      variables.set(record.id, name)
    }
  })
  return lines.join('\n')
}

// In a text between apostrophes, a variable needs a text of its own.
function withVariables(text: string, variables: Map<string, string>): string {
  let replaced = text
  for (const [id, name] of variables) replaced = replaced.replaceAll(`"${id}"`, `"'"$${name}"'"`)
  return replaced
}

function sent(record: ApiRecord): object {
  // The same as `destinations`.
  const { policies, self_hosted_domains: _, ...rest } = withoutReadOnly(record)
  return Array.isArray(policies) ? { ...rest, policies: policies.map(policySent) } : rest
}

// A reusable policy is named by its id.
function policySent(policy: unknown): unknown {
  if (!isObject(policy)) return policy
  const { reusable, id, precedence } = policy
  if (reusable === true) return { id, precedence }
  return withoutReadOnly(policy)
}

function asOption(
  c: AppContext,
  { providers, groups, applications }: Record<'providers' | 'groups' | 'applications', ApiRecord[]>,
): string {
  const option = {
    people: c.get('settings').PEOPLE,
    applications: applications.map(seeded),
    settings: {
      ...(groups.length > 0 && { GROUPS: groups.map(withId) }),
      IDENTITY_PROVIDERS: providers.map(withId),
    },
  }
  return `await startEmulator(${JSON.stringify(option, null, 2)})`
}

// A setting keeps ids. It has no reusable policies, so each application gets its own copy of them.
function seeded({ policies, ...application }: ApiRecord): object {
  const own = Array.isArray(policies) ? policies.filter(isObject).map(withoutReadOnly) : []
  const { self_hosted_domains: _, ...rest } = withoutReadOnly(application)
  return { id: application.id, aud: application.aud, ...rest, policies: own }
}

function withId(record: ApiRecord): object {
  return { id: record.id, ...withoutReadOnly(record) }
}
