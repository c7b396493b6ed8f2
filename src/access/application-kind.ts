import * as z from 'zod'
import { completeApplication, type StoredApplication } from './application'
import { applicationSchema, isPublic, type ParsedApplication } from './application-schema'
import { chosenSchema } from './chosen-schema'
import { stableUuid } from './identity'
import { policySchema } from './policy'
import type { RecordKind, Reference } from './record-kind'
import { rulesReferences } from './references'
import { timestampMembers } from './timestamps'

const text = z.string().min(1)

const policyEntrySchema = chosenSchema('A policy, or the id of a reusable policy.', (value) => {
  const isOwn = typeof value === 'object' && value !== null && 'decision' in value
  const members = isOwn ? policySchema.shape : {}
  return z.looseObject({ ...members, ...timestampMembers, id: text, precedence: z.int() })
})

// An omitted id is derived from the name. A domain belongs to one application only.
export const seededApplicationSchema = applicationSchema.safeExtend({ name: text })
const seedSchema = z
  .array(seededApplicationSchema)
  .superRefine(rejectShared)
  .transform((applications) =>
    Promise.all(
      applications.map((each) =>
        completeApplication(each, (what) => stableUuid(`${what}:${each.id ?? each.name}`)),
      ),
    ),
  )

export const applicationKind: RecordKind<StoredApplication> = {
  noun: 'application',
  idOf: ({ id }) => id,
  schema: z.looseObject({
    ...applicationSchema.shape,
    id: text,
    aud: text,
    name: text,
    destinations: applicationSchema.shape.destinations.unwrap(),
    policies: z.array(policyEntrySchema),
  }),
  references: (application) => [
    ...application.policies.flatMap(policyReferences),
    ...memberReferences(application),
  ],
  seed: { setting: 'APPLICATIONS', schema: seedSchema.prefault([]) },
}

/** Returns the references of an application's policy: the reusable policy, or those of its rules. */
export function policyReferences(
  policy: ParsedApplication['policies'][number],
  index: number,
): Reference[] {
  const pointer = `/policies/${index}`
  if (!('decision' in policy)) return [{ kind: 'policies', id: policy.id, pointer }]
  return rulesReferences(policy, pointer).map((each) => ({ ...each, holder: policy.name }))
}

/** Returns the references of an application outside its policies. */
export function memberReferences({
  allowed_idps,
  tags,
  user_populations = [],
}: Pick<ParsedApplication, 'allowed_idps' | 'tags' | 'user_populations'>): Reference[] {
  const named = (kind: string, member: string, ids: string[]) =>
    ids.map((id, index) => ({ kind, id, pointer: `/${member}/${index}` }))
  return [
    ...named('identityProviders', 'allowed_idps', allowed_idps),
    ...named('tags', 'tags', tags),
    ...named('userPopulations', 'user_populations', user_populations),
  ]
}

function rejectShared(
  applications: (ParsedApplication & { name: string })[],
  context: z.RefinementCtx,
): void {
  const taken = new Map<string, string>()
  applications.forEach(({ id, name, aud, domain, destinations = [] }, index) => {
    const own: [string, string | undefined, PropertyKey[]][] = [
      id === undefined ? ['name', name, ['name']] : ['id', id, ['id']],
      ['aud', aud, ['aud']],
      ['domain', domain, ['domain']],
      ...destinations
        .map((each, at): [string, string | undefined, PropertyKey[]] => [
          'domain',
          isPublic(each) ? each.uri : undefined,
          ['destinations', at, 'uri'],
        ])
        .filter(([, uri]) => uri !== domain),
    ]
    for (const [member, value, path] of own) {
      if (value === undefined) continue
      const other = taken.get(`${member} ${value}`)
      taken.set(`${member} ${value}`, name)
      if (other === undefined) continue
      const message = `expected a unique value; the application "${other}" has the same one`
      context.addIssue({ code: 'custom', path: [index, ...path], message })
    }
  })
}
