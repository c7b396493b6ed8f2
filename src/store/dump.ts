import { z } from 'zod'
import { autoSignInSchema } from '../access/auto-sign-in'
import { FAULT_NAMES, FAULTS } from '../access/faults'
import { signingKeySchema } from '../access/keys'
import { QUIRK_NAMES } from '../access/quirks'

// What follows from the API's edits and from events. Their columns are the tables' own.
const TABLES = [
  'edit',
  'user',
  'session',
  'session_application',
  'token_use',
  'connection',
] as const

const rowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

const faultSchema = z
  .object({
    name: z.enum(FAULT_NAMES),
    parameters: z.unknown(),
    left: z.int().min(1).nullable(),
    struck: z.int(),
  })
  .transform(({ name, parameters, ...rest }, context) => {
    const result = FAULTS[name].parameters.safeParse(parameters)
    if (result.success) return { name, parameters: result.data, ...rest }
    context.addIssue({ code: 'custom', message: `the parameters of the fault ${name} are wrong` })
    return z.NEVER
  })

/** Everything of the emulator's one object but its events. */
export const emulatorDumpSchema = z.object({
  state: z.object({
    ticketSecret: z.string().min(32),
    clockOffsetSeconds: z.int(),
    autoSignIns: z.array(autoSignInSchema),
    faults: z.array(faultSchema),
    quirks: z.partialRecord(z.enum(QUIRK_NAMES), z.boolean()),
    revocations: z.object({
      count: z.int().min(0),
      entries: z.record(z.string(), z.object({ number: z.int(), atSeconds: z.int() })),
    }),
    configurationRevision: z.int(),
    keyRevision: z.int(),
    keyRotationIntervalDays: z.number(),
    lastKeyRotationAtSeconds: z.number(),
  }),
  keys: z.array(signingKeySchema).min(2),
  dns: z.record(z.string(), z.array(z.string())),
  tables: z.partialRecord(z.enum(TABLES), z.array(rowSchema)),
})
export type EmulatorDump = z.infer<typeof emulatorDumpSchema>

/** The rows of every table. */
export function dumpTables(sql: SqlStorage): EmulatorDump['tables'] {
  const rows = (table: string) => [...sql.exec(`SELECT * FROM ${table} ORDER BY rowid`)]
  return Object.fromEntries(TABLES.map((table) => [table, rows(table)]))
}

/** Puts these rows in the place of those that are there. */
export function loadTables(sql: SqlStorage, tables: EmulatorDump['tables']): void {
  for (const table of TABLES) {
    sql.exec(`DELETE FROM ${table}`)
    for (const row of tables[table] ?? []) {
      // A column that there is none of is refused by the table itself.
      const columns = Object.keys(row).map((name) => `"${name.replaceAll('"', '')}"`)
      const places = columns.map(() => '?').join(', ')
      sql.exec(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`,
        ...Object.values(row),
      )
    }
  }
}
