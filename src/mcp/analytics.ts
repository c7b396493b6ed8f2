import * as z from 'zod'
import { type CountedCalls, MINUTE_SECONDS } from './counted-calls'

const DAY_MS = 24 * 3600 * 1000
const LEAST_OFFSET = -12 * 60
const MOST_OFFSET = 14 * 60

// Assumed. The days of a daily window are at most about as many.
const MONTHS = 6

const offsetSchema = z
  .string()
  .regex(/^(utc|Z|[+-]\d{2}:[0-5]\d)$/, 'expected utc, Z, +HH:MM or -HH:MM')
  .refine((text) => {
    const minutes = offsetMinutes(text)
    return minutes >= LEAST_OFFSET && minutes <= MOST_OFFSET
  }, 'expected an offset from -12:00 to +14:00')

/** The query of a time series of tool calls. API: documented [MP24]. */
export const analyticsQuery = z.object({
  granularity: z.enum(['daily', 'monthly']).default('daily'),
  aggregate: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  tz: offsetSchema.default('utc'),
  days: z.coerce.number().int().min(1).max(179).default(7),
})
export type AnalyticsQuery = z.infer<typeof analyticsQuery>

/** A time series of tool calls. API: documented [MP24]. The window excludes its end. */
export const timeSeriesSchema = z.object({
  granularity: z.enum(['daily', 'monthly']),
  aggregate: z.boolean(),
  tz: z.string(),
  start: z.int(),
  end: z.int(),
  series: z.array(z.object({ day: z.string(), count: z.int() })),
  total: z.int(),
})

/**
 * Returns the window of a query: whole local days, or whole local months, up to and including the current
 * one.
 *
 * Assumed: that the last day is whole, and the number of months.
 */
export function windowOf({ days, granularity, tz }: AnalyticsQuery, now: number) {
  const offset = offsetMinutes(tz) * MINUTE_SECONDS * 1000
  const local = new Date(now * 1000 + offset)
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()]
  const end =
    granularity === 'monthly'
      ? Date.UTC(year, month + 1)
      : Date.UTC(year, month, local.getUTCDate() + 1)
  const start = granularity === 'monthly' ? Date.UTC(year, month + 1 - MONTHS) : end - days * DAY_MS
  return { start: start - offset, end: end - offset }
}

/**
 * Returns the time series of calls.
 *
 * Assumed: days without a call are in it, a month is `YYYY-MM`, and with `aggregate` the series is one value for the
 * whole window, at its first day.
 */
export function timeSeriesOf(
  query: AnalyticsQuery,
  now: number,
  counted: readonly CountedCalls[],
): z.infer<typeof timeSeriesSchema> {
  const { aggregate, granularity, tz } = query
  const { end, start } = windowOf(query, now)
  const offset = offsetMinutes(tz) * MINUTE_SECONDS * 1000
  const dayOf = (ms: number) =>
    new Date(ms + offset).toISOString().slice(0, granularity === 'monthly' ? 7 : 10)
  const counts = new Map<string, number>()
  for (let at = start; at < end; at += DAY_MS) counts.set(dayOf(at), 0)
  for (const { calls, minute } of counted) {
    const day = aggregate ? dayOf(start) : dayOf(minute * MINUTE_SECONDS * 1000)
    counts.set(day, (counts.get(day) ?? 0) + calls)
  }
  const series = [...counts].map(([day, count]) => ({ day, count }))
  const total = counted.reduce((sum, { calls }) => sum + calls, 0)
  const shown = aggregate ? series.slice(0, 1) : series
  return { granularity, aggregate, tz, start, end, series: shown, total }
}

function offsetMinutes(text: string): number {
  const [, sign, hours = 0, minutes = 0] = text.match(/^([+-])(\d{2}):(\d{2})$/) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
