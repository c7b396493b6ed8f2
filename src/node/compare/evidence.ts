import * as z from 'zod'
import { packageVersion } from '../version.ts'
import type { Comparison } from './index.ts'

const text = z.string().max(5000)

/** The file that a user can attach to an issue. It comes from anybody, so it is parsed strictly. */
export const evidenceSchema = z.strictObject({
  format: z.literal('access-oauth-emulator evidence 1'),
  date: z.iso.date(),
  version: text,
  configuration: z.strictObject({
    managedOAuth: z.boolean(),
    registration: z.boolean(),
    hasPath: z.boolean(),
  }),
  parts: z
    .array(
      z.strictObject({
        probe: text,
        part: text,
        row: z.string().regex(/^[A-Z]{1,2}\d{1,3}$/),
        isSame: z.boolean(),
        emulator: text,
        server: text,
      }),
    )
    .max(1000),
  notSent: z.array(z.strictObject({ probe: text, why: text })).max(100),
})
export type Evidence = z.infer<typeof evidenceSchema>

/** Returns the evidence of a comparison. Everything in it has been redacted. */
export function evidenceOf({ agreements, mirror, notSent }: Comparison, now: Date): Evidence {
  return {
    format: 'access-oauth-emulator evidence 1',
    date: now.toISOString().slice(0, 10),
    version: packageVersion(),
    configuration: mirror,
    parts: agreements.map(({ emulator, isSame, part, probe, real, row }) => ({
      probe,
      part,
      row,
      isSame,
      emulator,
      server: real,
    })),
    // The texts of network errors contain hosts and addresses.
    notSent: notSent.map(({ probe }) => ({ probe, why: 'no response' })),
  }
}
