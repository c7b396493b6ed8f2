import { describe, expect, it } from 'vitest'
import { analyticsQuery, timeSeriesOf, windowOf } from '../../src/mcp/analytics'
import { minuteOf } from '../../src/mcp/counted-calls'

const NOW = Date.parse('2026-11-22T23:30:00Z') / 1000
const at = (time: string, calls = 1) => ({ minute: minuteOf(Date.parse(time) / 1000), calls })
const windowIn = (query: object) => {
  const { end, start } = windowOf(analyticsQuery.parse(query), NOW)
  return [start, end].map((ms) => new Date(ms).toISOString())
}

describe('The window of the analytics', () => {
  it.each([
    [{}, '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    [{ days: '1' }, '2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    [{ days: '1', tz: '+05:30' }, '2026-11-22T18:30:00.000Z', '2026-11-23T18:30:00.000Z'],
    [{ days: '1', tz: '-12:00' }, '2026-11-22T12:00:00.000Z', '2026-11-23T12:00:00.000Z'],
    [{ granularity: 'monthly', days: '3' }, '2026-06-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ])('of %j is %s to %s [MP24]', (query, start, end) => {
    expect(windowIn(query)).toEqual([start, end])
  })

  it.each([
    { granularity: 'hourly' },
    { aggregate: 'yes' },
    { tz: 'Europe/Lisbon' },
    { tz: '+14:01' },
    { tz: '-12:30' },
    { days: '0' },
    { days: '180' },
    { days: '1.5' },
  ])('is not that of %j [MP24]', (query) => {
    expect(analyticsQuery.safeParse(query).success).toBe(false)
  })
})

describe('The series of the analytics', () => {
  const seriesOf = (query: object, ...counted: ReturnType<typeof at>[]) => {
    const { series, total } = timeSeriesOf(analyticsQuery.parse(query), NOW, counted)
    return { total, counts: series.filter(({ count }) => count > 0), length: series.length }
  }

  it('has every day of the window, in the requested offset [MP24]', () => {
    const calls = [
      at('2026-11-21T22:59:00Z', 2),
      at('2026-11-21T23:00:00Z'),
      at('2026-11-22T01:00:00Z'),
    ]
    expect(seriesOf({}, ...calls)).toEqual({
      total: 4,
      length: 7,
      counts: [
        { day: '2026-11-21', count: 3 },
        { day: '2026-11-22', count: 1 },
      ],
    })
    expect(seriesOf({ tz: '+01:00' }, ...calls).counts).toEqual([
      { day: '2026-11-21', count: 2 },
      { day: '2026-11-22', count: 2 },
    ])
  })

  it('has months, or one value for the whole window [MP24]', () => {
    const calls = [at('2026-08-31T12:00:00Z'), at('2026-11-01T00:00:00Z', 4)]
    const monthly = { granularity: 'monthly' }
    expect(seriesOf(monthly, ...calls)).toEqual({
      total: 5,
      length: 6,
      counts: [
        { day: '2026-08', count: 1 },
        { day: '2026-11', count: 4 },
      ],
    })
    expect(seriesOf({ ...monthly, aggregate: 'true' }, ...calls)).toEqual({
      total: 5,
      length: 1,
      counts: [{ day: '2026-06', count: 5 }],
    })
  })
})
