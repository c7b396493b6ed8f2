import { describe, expect, it } from 'vitest'
import { formatTime, secondsSchema, stamped, timestampsOf } from '../../src/access/timestamps'

const NOW = Date.parse('2026-05-04T03:02:01Z') / 1000

describe('The timestamps of a record', () => {
  it('are both the time at which it is created', () => {
    const time = '2026-05-04T03:02:01Z'
    expect(stamped({ name: 'a' }, NOW)).toEqual({ name: 'a', created_at: time, updated_at: time })
  })

  it('keep created_at when the record is changed', () => {
    const before = stamped({ name: 'a' }, NOW)
    expect(stamped({ name: 'b' }, NOW + 60, before)).toEqual({
      name: 'b',
      created_at: '2026-05-04T03:02:01Z',
      updated_at: '2026-05-04T03:03:01Z',
    })
  })

  it('begin at the change if the record is of the settings', () => {
    expect(stamped({}, NOW, {}).created_at).toBe('2026-05-04T03:02:01Z')
  })

  it('are shown for a record of the settings too', () => {
    const seeded = '2026-01-01T00:00:00Z'
    expect(timestampsOf({})).toEqual({ created_at: seeded, updated_at: seeded })
  })

  it('show a record that was never changed as changed when it was created', () => {
    const created_at = '2026-05-04T03:02:01Z'
    expect(timestampsOf({ created_at })).toEqual({ created_at, updated_at: created_at })
  })

  it('show both times of a changed record', () => {
    const times = { created_at: '2026-05-04T03:02:01Z', updated_at: '2026-05-05T03:02:01Z' }
    expect(timestampsOf(times)).toEqual(times)
  })
})

describe('A time', () => {
  it('has no fractions of a second (RFC 3339 5.6)', () => {
    expect(formatTime(0)).toBe('1970-01-01T00:00:00Z')
  })

  it.each([8.64e12, -8.64e12])('may be as far away as a Date: %d', (seconds) => {
    expect(secondsSchema.safeParse(seconds).success).toBe(true)
    expect(() => formatTime(seconds)).not.toThrow()
  })

  it.each([8.64e12 + 1, -8.64e12 - 1, 0.5, Number.NaN])('is not %d', (seconds) => {
    expect(secondsSchema.safeParse(seconds).success).toBe(false)
  })
})
