import * as z from 'zod'

/**
 * Returns the schema of an optional setting. An empty value counts as unset, so `--var ORIGIN_URL:`
 * clears it.
 */
export function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value: z.input<T>) => (value === '' ? undefined : value), schema)
}

/** The settings that the emulator's object reads, too. It has the Worker's variables, unparsed. */
export const objectSettingsSchema = z.object({
  /** The number of events that are kept; 0 records none. */
  EVENTS_KEPT: optional(z.coerce.number<number | string>().int().min(0).max(100_000).default(1000)),
  /** A DNS-over-HTTPS resolver; without one, domains are looked up in the emulated zone. */
  DNS_RESOLVER: optional(z.url({ protocol: /^https?$/, error: 'expected a URL' }).optional()),
})
