import type { AppContext } from '../request/context'
import type { Configuration, Edit } from '../store/configuration'
import type { Plan } from '../store/emulator'
import { type Kind, type RecordOf, recordKind } from '../store/kinds'

/** Changes the configuration: `plan` returns the edits, given the newest configuration. */
export function change<T>(
  c: AppContext,
  plan: (from: Configuration) => Plan<T> | Promise<Plan<T>>,
): Promise<T> {
  return c.get('emulator').edit(c.get('settings').seed, async (from) => plan(from))
}

/** Returns the edit that stores a record under its own id. */
export function save<K extends Kind>(kind: K, value: RecordOf<K>): Edit {
  return { kind, id: recordKind(kind).idOf(value), value } as Edit
}

/** Returns the edit that deletes a record. */
export function deletion(kind: Kind, id: string): Edit {
  return { kind, id, value: null }
}
