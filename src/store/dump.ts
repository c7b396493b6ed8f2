import * as z from 'zod'
import { autoSignInSchema } from '../access/auto-sign-in'
import { FAULT_NAMES, FAULTS } from '../access/faults'
import { signingKeySchema } from '../access/keys'
import { QUIRK_NAMES } from '../access/quirks'
import { KINDS } from './configuration'

const text = z.string()
const seconds = z.int()
const json = z.string().refine(isJson, 'expected JSON')

// What follows from the API's edits and from events, with the columns of the tables.
const tablesSchema = z.object({
  edit: z.array(z.strictObject({ kind: z.enum(KINDS), id: text, value: json })),
  user: z.array(
    z.strictObject({
      email: text,
      name: text,
      createdAtSeconds: seconds,
      updatedAtSeconds: seconds,
      lastLoginAtSeconds: seconds.nullable(),
    }),
  ),
  session: z.array(
    z.strictObject({ id: text, email: text, expiresAtSeconds: seconds, value: json }),
  ),
  session_application: z.array(z.strictObject({ sessionId: text, uid: text, value: json })),
  token_use: z.array(z.strictObject({ serviceTokenId: text, atSeconds: seconds })),
  connection: z.array(
    z.strictObject({ grantId: text, email: text, endsAtSeconds: seconds, value: json }),
  ),
})
const TABLES = tablesSchema.keyof().options

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
      // A state of before has none: no cookie of it is good.
      history: z.string().default(''),
      earlier: z.array(z.object({ history: z.string(), upTo: z.int() })).default([]),
    }),
    configurationRevision: z.int(),
    keyRevision: z.int(),
    keyRotationIntervalDays: z.number(),
    lastKeyRotationAtSeconds: z.number(),
  }),
  keys: z.array(signingKeySchema).min(2),
  dns: z.record(z.string(), z.array(z.string())),
  tables: tablesSchema,
})
export type EmulatorDump = z.infer<typeof emulatorDumpSchema>

/** The rows of every table. */
export function dumpTables(sql: SqlStorage): EmulatorDump['tables'] {
  const rows = (table: string) => [...sql.exec(`SELECT * FROM ${table} ORDER BY rowid`)]
  return tablesSchema.parse(Object.fromEntries(TABLES.map((table) => [table, rows(table)])))
}

/** Puts these rows in the place of those that are there. */
export function loadTables(sql: SqlStorage, tables: EmulatorDump['tables']): void {
  for (const table of TABLES) {
    sql.exec(`DELETE FROM ${table}`)
    for (const row of tables[table]) {
      const columns = Object.keys(row)
      const places = columns.map(() => '?')
      sql.exec(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`,
        ...Object.values(row),
      )
    }
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
