import * as z from 'zod'
import { completeApplication, type StoredApplication } from '../../access/application'
import { applicationSchema } from '../../access/application-schema'
import { identityProviderKind } from '../../access/identity-provider'
import { reusablePolicySchema } from '../../access/policy'
import { groupMembersSchema } from '../../access/rules'
import { stamped } from '../../access/timestamps'
import { deleteUnknownMembers, isObject } from '../../access/unknown-members'
import type { Edit } from '../../store/configuration'

/** The responses of the real API, as they were pasted: an envelope, or the list in it. */
export type Answers = Record<(typeof ANSWERS)[number], string>
export const ANSWERS = ['apps', 'policies', 'groups', 'identity_providers'] as const

/** The edits of an import, the names of the records that it takes and leaves, and the real hosts. */
export type ImportPlan = {
  edits: Edit[]
  taken: string[]
  left: string[]
  /** The real hosts of the applications, in their order. */
  hosts: string[]
}

type Json = Record<string, unknown>

/** An answer that is not JSON, or no list. */
export class UnreadableAnswer extends Error {
  constructor(
    readonly answer: string,
    reason: string,
  ) {
    super(reason)
  }
}

/**
 * Plans an import of the real API's answers. It takes no secret: identity providers become person pickers
 * with the same id and type.
 *
 * @param localHosts the local host of each real one
 * @throws UnreadableAnswer
 */
export async function planImport(
  answers: Answers,
  localHosts: ReadonlyMap<string, string>,
  now: number,
): Promise<ImportPlan> {
  const apps = listOf('apps', answers.apps)
  const plan: ImportPlan = { edits: [], taken: [], left: [], hosts: hostsOf(apps) }
  for (const provider of listOf('identity_providers', answers.identity_providers)) {
    takeProvider(plan, provider, now)
  }
  for (const group of listOf('groups', answers.groups)) {
    take(plan, 'groups', 'group', group, groupMembersSchema, now)
  }
  for (const policy of reusablePolicies(listOf('policies', answers.policies), apps)) {
    take(plan, 'policies', 'policy', policy, reusablePolicySchema, now)
  }
  for (const app of apps) await takeApplication(plan, app, localHosts, now)
  return plan
}

function listOf(answer: string, text: string): Json[] {
  if (text.trim() === '') return []
  const value = parsed(answer, text)
  const list = isObject(value) && 'result' in value ? value.result : value
  if (!Array.isArray(list)) {
    throw new UnreadableAnswer(answer, 'expected the answer of a list: {"result": [...]} or [...]')
  }
  return list.filter(isObject)
}

function parsed(answer: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnreadableAnswer(answer, `This is not JSON: ${String(error)}`)
  }
}

// An application's answer contains the reusable policies that it names.
function reusablePolicies(listed: Json[], apps: Json[]): Json[] {
  const inApps = apps.flatMap(({ policies }) => (Array.isArray(policies) ? policies : []))
  const all = [...listed, ...inApps.filter(isObject).filter(({ reusable }) => reusable === true)]
  return [...new Map(all.map((policy) => [policy.id, policy])).values()].map(
    ({ precedence: _, ...policy }) => policy,
  )
}

function takeProvider(plan: ImportPlan, { id, name, type }: Json, now: number): void {
  const label = `identity provider ${String(name)} (${String(type)})`
  const provider = { id, name, type, config: {} }
  const result = identityProviderKind.schema.safeParse(provider)
  const value = result.success ? provider : { ...provider, type: 'cloudflare' }
  if (!identityProviderKind.schema.safeParse(value).success) {
    plan.left.push(`${label}: its type is unknown`)
    return
  }
  plan.taken.push(`${label}, as a person picker${result.success ? '' : ' of the type cloudflare'}`)
  plan.left.push(`${label}: its configuration, which has secrets`)
  plan.edits.push(editOf('identityProviders', value, now))
}

function take(
  plan: ImportPlan,
  kind: 'groups' | 'policies',
  noun: string,
  record: Json,
  schema: z.ZodType<object>,
  now: number,
): void {
  const label = `${noun} ${String(record.name)}`
  const { value, dropped, problem } = lenient(schema, record)
  if (value === undefined || typeof record.id !== 'string') {
    plan.left.push(`${label}: ${problem ?? 'it has no id'}`)
    return
  }
  plan.taken.push(label)
  plan.left.push(...dropped.map((member) => `${label}: the member ${member}`))
  plan.edits.push(editOf(kind, { ...value, id: record.id }, now))
}

// Members with credentials of other systems.
const SECRET_MEMBERS = ['saas_app', 'scim_config']

async function takeApplication(
  plan: ImportPlan,
  app: Json,
  localHosts: ReadonlyMap<string, string>,
  now: number,
): Promise<void> {
  const label = `application ${String(app.name)} (${String(app.type ?? 'self_hosted')})`
  const secret = SECRET_MEMBERS.filter((member) => member in app)
  plan.left.push(...secret.map((member) => `${label}: the member ${member}, which has secrets`))
  const without = Object.entries(app).filter(([name]) => !SECRET_MEMBERS.includes(name))
  const local = mapped(Object.fromEntries(without), localHosts)
  const { value, dropped, problem } = lenient(applicationSchema, local)
  if (value === undefined) {
    plan.left.push(`${label}: ${problem}`)
    return
  }
  plan.left.push(...dropped.map((member) => `${label}: the member ${member}`))
  plan.taken.push(label)
  const stored: StoredApplication = await completeApplication(value, () => crypto.randomUUID())
  plan.edits.push(editOf('applications', stored, now))
}

/** Replaces the real hosts of an application's domains by local ones. */
function mapped(app: Json, localHosts: ReadonlyMap<string, string>): Json {
  const local = (uri: unknown) => {
    const [host = '', ...path] = String(uri).split('/')
    return [localHosts.get(host) ?? host, ...path].join('/')
  }
  const { domain, destinations, self_hosted_domains: hosted } = app
  return {
    ...app,
    ...(domain !== undefined && { domain: local(domain) }),
    ...(Array.isArray(hosted) && { self_hosted_domains: hosted.map(local) }),
    ...(Array.isArray(destinations) && {
      destinations: destinations
        .filter(isObject)
        .map((each) => ('uri' in each ? { ...each, uri: local(each.uri) } : each)),
    }),
  }
}

function hostsOf(apps: Json[]): string[] {
  const uris = apps.flatMap(({ domain, destinations, self_hosted_domains: hosted }) => [
    domain,
    ...(Array.isArray(hosted) ? hosted : []),
    ...(Array.isArray(destinations) ? destinations.filter(isObject).map(({ uri }) => uri) : []),
  ])
  const hosts = uris.filter((uri) => typeof uri === 'string').map((uri) => uri.split('/')[0] ?? '')
  return [...new Set(hosts)].filter((host) => host !== '')
}

type Lenient<T> = { value?: T; dropped: string[]; problem?: string }

// Deletes the members that the emulator does not know, and names them.
function lenient<T>(schema: z.ZodType<T>, record: Json): Lenient<T> {
  const input = structuredClone(record)
  const dropped: string[] = []
  for (;;) {
    const result = schema.safeParse(input)
    if (result.success) return { value: result.data, dropped }
    if (!deleteUnknownMembers(input, result.error.issues, dropped)) {
      return { dropped, problem: z.prettifyError(result.error) }
    }
  }
}

function editOf(kind: Edit['kind'], value: object & { id: unknown }, now: number): Edit {
  // The schema of the kind has accepted it.
  return { kind, id: value.id, value: stamped(value, now) } as Edit
}
