import type { AppContext } from '../env'
import type { Configuration, Edit, Kind, RecordOf } from '../store/configuration'
import type { Plan } from '../store/emulator'

/** Changes the configuration of this emulator; `plan` says how, from the newest one. */
export function change<T>(
  c: AppContext,
  plan: (from: Configuration) => Plan<T> | Promise<Plan<T>>,
): Promise<T> {
  return c.get('emulator').edit(c.get('settings').seed, async (from) => plan(from))
}

/** The edit that keeps a record. */
export function save<K extends Kind>(kind: K, id: string, value: RecordOf<K>): Edit {
  return { kind, id, value } as Edit
}

/** The edit that deletes one. */
export function deletion(kind: Kind, id: string): Edit {
  return { kind, id, value: null } as Edit
}
