import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  durationSeconds,
  formatDuration,
  lifetimeSchema,
  periodSchema,
  wholeSeconds,
} from '../../src/access/duration'

describe('A Go duration [K10] (https://pkg.go.dev/time#ParseDuration)', () => {
  it.each([
    ['15m', 900, 'the default of access_token_lifetime'],
    ['24h', 86_400, 'the default of session_duration'],
    ['2h45m', 9900, 'the example of the API reference'],
    ['300ms', 0.3, 'the example of the API reference'],
    ['1h30m10s', 5410, 'three units'],
    ['10s1h', 3610, 'units in any order'],
    ['1s1s', 2, 'a unit twice'],
    ['1.5h', 5400, 'a fraction'],
    ['.5s', 0.5, 'a fraction without a whole number'],
    ['1.s', 1, 'a point without a fraction'],
    ['0', 0, 'zero, alone without a unit'],
    ['0s', 0, 'zero'],
    ['007s', 7, 'leading zeros'],
    ['1000000us', 1, 'microseconds'],
    ['1000000\u00b5s', 1, 'microseconds, with the micro sign'],
    ['1000000000ns', 1, 'nanoseconds'],
    ['1m1ms', 60.001, 'minutes and milliseconds side by side'],
  ])('%s is %d seconds: %s', (text, seconds) => {
    expect(durationSeconds(text)).toBeCloseTo(seconds, 9)
  })

  it.each([
    ['', 'nothing'],
    ['15', 'no unit'],
    ['1', 'no unit'],
    ['1h30', 'no unit at the end'],
    ['h', 'no number'],
    ['.s', 'no digit'],
    ['.', 'no digit'],
    ['1d', 'days, which Go has not'],
    ['1w', 'weeks, which Go has not'],
    ['1y', 'years, which Go has not'],
    ['15M', 'an upper-case unit'],
    ['15min', 'another name for the unit'],
    ['15 m', 'a space within'],
    [' 15m', 'a space before'],
    ['15m ', 'a space after'],
    ['15m\n', 'a newline after'],
    ['1h 30m', 'a space between'],
    ['1,5h', 'a comma'],
    ['1.5.5s', 'two points'],
    ['-5m', 'a sign'],
    ['+5m', 'a sign'],
    ['1e3s', 'an exponent'],
    ['0x10s', 'hexadecimal'],
    ['１５m', 'full-width digits'],
    ['Infinitys', 'no number'],
    ['PT15M', 'ISO 8601'],
  ])('is not %j: %s', (text) => {
    expect(durationSeconds(text)).toBeUndefined()
  })

  it.each([
    ['2^63 nanoseconds', '2562048h'],
    ['a Date can say', '99999999999999999999h'],
    ['a number can say', `${'9'.repeat(400)}h`],
  ])("is at most 292 years, Go's maximum: %s", (_, text) => {
    expect(durationSeconds('2562047h47m16s')).toBe(9_223_372_036)
    expect(durationSeconds(text)).toBeUndefined()
  })

  it.each([
    ['4.35h', 15_660],
    ['1.1h', 3960],
    ['0.29m40.6s', 58],
    ['2.3m', 138],
    ['1.9999s', 1],
    ['1.999999999s', 1],
    ['2562047h47m16.854775807s', 9_223_372_036],
    ['999ms', 0],
  ])('%s counts %d whole seconds', (text, seconds) => {
    expect(wholeSeconds(text)).toBe(seconds)
  })

  it('counts whole seconds exactly, as Go does in nanoseconds', () => {
    const unit = fc.constantFrom(...Object.keys(NANOSECONDS_PER))
    const part = fc.tuple(fc.nat(9999), fc.integer({ min: 0, max: 99 }), unit)
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(
          ([whole, hundredths, unit]) => `${decimal(whole, hundredths)}${unit}`,
        )
        const nanoseconds = parts.reduce(
          (sum, [whole, hundredths, unit]) =>
            sum + (BigInt(whole * 100 + hundredths) * (NANOSECONDS_PER[unit] ?? 0n)) / 100n,
          0n,
        )
        expect(wholeSeconds(text.join(''))).toBe(Number(nanoseconds / 1_000_000_000n))
      }),
      { numRuns: 2000 },
    )
  })
})

const NANOSECONDS_PER: Record<string, bigint> = {
  us: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

function decimal(whole: number, hundredths: number): string {
  return `${whole}.${String(hundredths).padStart(2, '0')}`
}

describe('Seconds as a duration', () => {
  it.each([
    [0, '0s'],
    [1, '1s'],
    [60, '1m'],
    [960, '16m'],
    [3600, '1h'],
    [3601, '1h1s'],
    [86_400, '24h'],
    [90_061, '25h1m1s'],
  ])('%d is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('are parsed into the same duration', () => {
    fc.assert(
      fc.property(fc.nat(), (seconds) => durationSeconds(formatDuration(seconds)) === seconds),
    )
  })
})

describe('A setting that is a duration', () => {
  const EXPECTED = /expected a duration such as "15m", "24h" or "1h30m"/

  it.each(['1s', '1000ms', '1500ms', '15m', '336h'])('may be a lifetime: %s', (text) => {
    expect(lifetimeSchema.parse(text)).toBe(text)
  })

  it.each(['0', '0s', '999ms', 'soon', '', '15', 900, null, undefined, {}])(
    'is no lifetime under a second, for tokens count whole seconds: %j',
    (value) => {
      expect(lifetimeSchema.safeParse(value).error?.issues[0]?.message).toMatch(EXPECTED)
    },
  )

  it.each(['0', '0s', '300ms', '30s'])(
    'may be a period of any length, including zero: %s',
    (text) => {
      expect(periodSchema.parse(text)).toBe(text)
    },
  )

  it.each(['soon', '', '15', '-1s', 900, null])(
    'is a period only as text with units: %j',
    (value) => {
      expect(periodSchema.safeParse(value).error?.issues[0]?.message).toMatch(EXPECTED)
    },
  )
})
