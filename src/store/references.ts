import type { Reference } from '../access/record-kind'
import type { Configuration } from './configuration'
import { KINDS, recordKind } from './kinds'

type Records = Pick<Configuration, 'collections' | 'references'>

/** A reference to a record that does not exist. */
export type Missing = { why: string; pointer: string }

/** Returns the first of these references whose record does not exist, or undefined if all exist. */
export function firstMissing(from: Records, references: readonly Reference[]): Missing | undefined {
  for (const { kind, id, pointer } of references) {
    const { noun, ids } = targets(from, kind)
    if (!ids.has(id)) return { why: `${noun} ${id} not found`, pointer }
  }
  return undefined
}

type Targets = { noun: string; ids: ReadonlySet<string> }

// Found once for a configuration, because a body can have a thousand references.
const found = new WeakMap<Records, Map<string, Targets>>()

function targets(from: Records, kind: string): Targets {
  const known = found.get(from) ?? new Map<string, Targets>()
  found.set(from, known)
  const before = known.get(kind)
  if (before) return before
  const all = targetsIn(from, kind)
  known.set(kind, all)
  return all
}

// Returns the records that a reference may name. Email lists are in the settings: the API has none.
function targetsIn(from: Records, kind: string): Targets {
  if (kind === 'emailLists') {
    return { noun: 'email list', ids: new Set(from.references.emailLists.map(({ id }) => id)) }
  }
  const known = KINDS.find((each) => each === kind)
  if (!known) throw new Error(`a reference names the kind ${kind}, which does not exist`)
  const { idOf, noun } = recordKind(known)
  return { noun, ids: new Set(from.collections[known].map((record: object) => idOf(record))) }
}
