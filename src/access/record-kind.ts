import type * as z from 'zod'

/** A place in a record that names another record by its id. */
export type Reference = {
  /** The kind of record that is named, or `emailLists`, which only the settings have. */
  kind: string
  id: string
  /** RFC 6901: where in the record. */
  pointer: string
  /** What holds the reference, if it is not the record itself: an application's own policy. */
  holder?: string
}

/**
 * A kind of record that the management API can change. `store/kinds.ts` lists all of them; the store,
 * the settings and the API read everything they need to know about a kind from here.
 */
export type RecordKind<R extends object> = {
  /** The word for one record in an error: `group 1234 not found`. */
  noun: string
  /** The id that a record is stored under. */
  idOf(record: R): string
  /**
   * A stored record, as a loaded snapshot is checked. Timestamps are checked for every kind, and
   * members that the schema does not list are kept.
   */
  schema: z.ZodType<object>
  /** There is always exactly one record, which cannot be deleted. */
  isSingleton?: true
  /** Every place in a record that names another record. */
  references?(record: R): Reference[]
  /** The setting that holds the first records. Without one, a kind starts empty. */
  seed?: { setting: string; schema: z.ZodType<R[]> }
}

/** Reports the first record of a seed that shares one of these members with an earlier record. */
export function distinct<K extends string>(...members: K[]) {
  return (records: { [member in K]: string }[], context: z.RefinementCtx) => {
    for (const member of members) {
      const values = records.map((record) => record[member])
      const index = values.findIndex((value, at) => values.indexOf(value) !== at)
      if (index < 0) continue
      const message = 'expected a value of its own, another one has it too'
      context.addIssue({ code: 'custom', path: [index, member], message })
    }
  }
}
