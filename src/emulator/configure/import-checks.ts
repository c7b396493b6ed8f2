import { domainsOf } from '../../access/application'
import { nestingProblem } from '../../access/group-nesting'
import type { Reference } from '../../access/record-kind'
import { stamped } from '../../access/timestamps'
import { type Configuration, type Edit, withEdits } from '../../store/configuration'
import { recordKind } from '../../store/kinds'
import { firstMissing, type Missing } from '../../store/references'
import type { ImportPlan, Taken } from './import'
import { UnreadableList } from './pasted'

/**
 * Leaves out of a plan what the API would refuse: a record that names one that does not exist, and an
 * application with the domain of another one. Adds the missing tags, which consist of their names.
 *
 * @throws UnreadableList for groups that refer to themselves
 */
export function checkedPlan(plan: ImportPlan, from: Configuration, now: number): ImportPlan {
  const after = { ...from, collections: withEdits(from.collections, editsOf(plan)) }
  const nesting = nestingProblem(after.collections.groups)
  if (nesting) throw new UnreadableList('groups', nesting.why)
  const refused = refusedRecords(plan.taken, from, after)
  const taken = plan.taken.filter((each) => !refused.has(each))
  const left = [...refused].map(([{ label }, why]) => `${label}: ${why}`)
  return { taken: [...missingTags(taken, from, now), ...taken], left: [...plan.left, ...left] }
}

/** Returns the edits of a plan. */
export function editsOf({ taken }: ImportPlan): Edit[] {
  return taken.map(({ edit }) => edit)
}

// Returns the reason for each record that is refused, and for each that names one of these.
function refusedRecords(
  planned: Taken[],
  from: Configuration,
  after: Configuration,
): Map<Taken, string> {
  const refused = new Map<Taken, string>()
  const referrers = new Map<string, [Taken, Reference][]>()
  const domainProblem = domainProblems(after)
  for (const taken of planned) {
    const references = referencesOf(taken)
    for (const reference of references) {
      const key = `${reference.kind} ${reference.id}`
      const known = referrers.get(key) ?? []
      known.push([taken, reference])
      referrers.set(key, known)
    }
    const why = sentenceOf(firstMissing(after, references)) ?? domainProblem(taken)
    if (why) refused.set(taken, why)
  }
  // Entries that are added meanwhile are visited too.
  for (const [{ edit }] of refused) {
    for (const [taken, reference] of referrers.get(`${edit.kind} ${edit.id}`) ?? []) {
      const why = sentenceOf(firstMissing(from, [reference]))
      if (why && !refused.has(taken)) refused.set(taken, why)
    }
  }
  return refused
}

function sentenceOf(missing: Missing | undefined): string | undefined {
  return missing && `${missing.why}, which it names at ${missing.pointer}`
}

function referencesOf({ edit: { kind, value } }: Taken): Reference[] {
  const references = (value && recordKind(kind).references?.(value)) ?? []
  return references.filter((each) => each.kind !== 'tags')
}

function domainProblems({ collections: { applications } }: Configuration) {
  const owners = new Map<string, string[]>()
  for (const application of applications) {
    for (const domain of new Set(domainsOf(application))) {
      const known = owners.get(domain) ?? []
      known.push(application.name)
      owners.set(domain, known)
    }
  }
  return ({ edit }: Taken): string | undefined => {
    if (edit.kind !== 'applications' || !edit.value) return undefined
    const shared = domainsOf(edit.value).find((domain) => (owners.get(domain) ?? []).length > 1)
    return shared && `${shared} belongs to several applications: ${owners.get(shared)?.join(', ')}`
  }
}

function missingTags(taken: Taken[], { tags }: Configuration, now: number): Taken[] {
  const known = new Set(tags.map(({ name }) => name))
  const named = taken.flatMap(({ edit }) =>
    edit.kind === 'applications' && edit.value ? edit.value.tags : [],
  )
  return [...new Set(named)]
    .filter((name) => !known.has(name))
    .map((name) => ({
      label: `tag ${name}`,
      edit: { kind: 'tags', id: name, value: stamped({ name }, now) },
    }))
}
