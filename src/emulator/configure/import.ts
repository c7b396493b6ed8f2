import * as z from 'zod'
import { completeApplication, type StoredApplication } from '../../access/application'
import { applicationSchema } from '../../access/application-schema'
import { identityProviderKind } from '../../access/identity-provider'
import { reusablePolicySchema } from '../../access/policy'
import { groupMembersSchema } from '../../access/rules'
import { stamped } from '../../access/timestamps'
import { deleteUnknownMembers, isObject } from '../../access/unknown-members'
import type { Edit } from '../../store/configuration'
import { type Json, type Pasted, reusablePolicies } from './pasted'

/** A record that an import takes: its name, how it changes, and the edit that stores it. */
export type Taken = { label: string; how?: string; edit: Edit }

/** The records that an import takes, and the names of what it leaves out. */
export type ImportPlan = { taken: Taken[]; left: string[] }

/**
 * Plans an import of the real API's records. It takes no secret: identity providers become person pickers
 * with the same id and type.
 *
 * @param localHosts the local host of each real one
 */
export async function planImport(
  { apps, groups, policies, identity_providers: providers }: Pasted,
  localHosts: ReadonlyMap<string, string>,
  now: number,
): Promise<ImportPlan> {
  const plan: ImportPlan = { taken: [], left: [] }
  for (const provider of providers) takeProvider(plan, provider, now)
  for (const group of groups) take(plan, 'groups', 'group', group, groupMembersSchema, now)
  for (const policy of reusablePolicies(policies, apps)) {
    take(plan, 'policies', 'policy', policy, reusablePolicySchema, now)
  }
  for (const app of apps) await takeApplication(plan, app, localHosts, now)
  return plan
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
  const how = `, as a person picker${result.success ? '' : ' of the type cloudflare'}`
  plan.taken.push({ label, how, edit: editOf('identityProviders', value, now) })
  plan.left.push(`${label}: its configuration, which has secrets`)
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
  plan.taken.push({ label, edit: editOf(kind, { ...value, id: record.id }, now) })
  plan.left.push(...dropped.map((member) => `${label}: the member ${member}`))
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
  const stored: StoredApplication = await completeApplication(value, () => crypto.randomUUID())
  plan.taken.push({ label, edit: editOf('applications', stored, now) })
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
