import type { Reference } from '../access/record-kind'
import type { Seed } from '../store/configuration'
import { KINDS, recordKind } from '../store/kinds'

/**
 * Returns a sentence for each rule in the settings that names a record that the settings do not have. It is
 * no error, because the API may create the record; until then, the rule never matches.
 */
export function danglingReferences(seed: Seed): string[] {
  const known = new Map(KINDS.map((kind) => [kind as string, idsOf(seed, kind)]))
  known.set('emailLists', new Set(seed.emailLists.map(({ id }) => id)))
  return KINDS.flatMap((kind) => {
    const { references, seed: own } = recordKind(kind)
    if (!own || !references) return []
    return seed[kind].flatMap((record: object, index) =>
      references(record)
        // A kind without a setting has no records here: tags.
        .filter((each) => settingOf(each.kind) !== undefined && !known.get(each.kind)?.has(each.id))
        .map((each) => sentenceOf(`${own.setting}[${index}]`, each)),
    )
  })
}

function sentenceOf(record: string, { kind, id, pointer }: Reference): string {
  const member = pointer.replace(/\/(\d+)/g, '[$1]').replaceAll('/', '.')
  return `${record}${member} is ${JSON.stringify(id)}, which is the id of none of ${settingOf(kind)}, so it never matches${hintOf(kind, id)}`
}

// Groups of people are the identity provider's, groups of Access are rules.
function hintOf(kind: string, id: string): string {
  if (kind !== 'groups') return ''
  return `. For the groups of PEOPLE, write oidc = { claim_name = "groups", claim_value = "${id}" }`
}

function settingOf(kind: string): string | undefined {
  if (kind === 'emailLists') return 'EMAIL_LISTS'
  const known = KINDS.find((each) => each === kind)
  return known && recordKind(known).seed?.setting
}

function idsOf(seed: Seed, kind: (typeof KINDS)[number]): Set<string> {
  const { idOf } = recordKind(kind)
  return new Set(seed[kind].map((record: object) => idOf(record)))
}
