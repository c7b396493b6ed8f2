import type * as z from 'zod'

/** A place in a record that names another record by its id. */
export type Reference = {
  /** The kind of the named record, or `emailLists`, which only the settings have. */
  kind: string
  id: string
  /** The place in the record, as a JSON pointer (RFC 6901). */
  pointer: string
  /** The part of the record that holds the reference: the name of an application's own policy. */
  holder?: string
}

/**
 * A kind of record that the management API can change. `store/kinds.ts` lists all of them; the store,
 * the settings and the API read everything they need to know about a kind from here.
 */
export type RecordKind<R extends object> = {
  /** The noun for one record in an error: `group 1234 not found`. */
  noun: string
  /** Returns the id that a record is stored under. */
  idOf(record: R): string
  /**
   * The schema of a stored record, which a loaded snapshot is checked with. Timestamps are checked for
   * every kind; members that the schema does not list are kept.
   */
  schema: z.ZodType<object>
  /** Set if the kind has exactly one record, which cannot be deleted. */
  isSingleton?: true
  /** Returns every place in a record that names another record. */
  references?(record: R): Reference[]
  /** The setting that holds the first records. Without one, a kind starts empty. */
  seed?: { setting: string; schema: z.ZodType<R[]> }
}

/** Reports the first record of a seed that shares one of these members with an earlier record. */
export function distinct<K extends string>(...members: K[]) {
  return (records: { [member in K]: string }[], context: z.RefinementCtx) => {
    for (const member of members) {
      const index = firstRepeated(records.map((record) => record[member]))
      if (index < 0) continue
      const message = 'expected a unique value; another entry has the same one'
      context.addIssue({ code: 'custom', path: [index, member], message })
    }
  }
}

/** Returns the index of the first value that equals an earlier one, or -1. */
export function firstRepeated(values: readonly unknown[]): number {
  const seen = new Set<unknown>()
  return values.findIndex((value) => seen.size === seen.add(value).size)
}
