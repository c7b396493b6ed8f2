import * as z from 'zod'
import { lifetimeSchema, wholeSeconds } from '../access/duration'
import { formatTime } from '../access/timestamps'
import type { AppContext } from '../env'
import { OAuthError } from '../oauth/errors'
import { type EmulatorState, emulatedNow } from '../store/emulator-object'
import { readControl } from './body'

// RFC 3339 5.6: years have four digits.
const LATEST_SECONDS = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000

const clockSchema = z.union(
  [
    z.strictObject({ advance: lifetimeSchema }),
    z.strictObject({ now: z.iso.datetime({ offset: true }) }),
    z.strictObject({ reset: z.literal(true) }),
  ],
  'expected {"advance":"16m"}, {"now":"2027-01-01T00:00:00Z"} or {"reset":true}',
)

/** `GET /_emulator/clock`. */
export function showClock(c: AppContext): Response {
  return c.json(clockOf(c.get('state')))
}

/**
 * `PATCH /_emulator/clock`: moves the one clock that every lifetime is judged by, and lets it go on
 * from there.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeClock(c: AppContext): Promise<Response> {
  const { emulator, state } = c.var
  const offset = offsetAfter(await readControl(c, clockSchema), state)
  if (emulatedNow({ ...state, clockOffsetSeconds: offset }) > LATEST_SECONDS) {
    throw new OAuthError('invalid_request', 'the clock goes to the end of the year 9999')
  }
  return c.json(clockOf(await emulator.setClockOffset(offset)))
}

function offsetAfter(change: z.infer<typeof clockSchema>, state: EmulatorState): number {
  if ('advance' in change) return state.clockOffsetSeconds + wholeSeconds(change.advance)
  if ('now' in change) {
    return Math.floor(Date.parse(change.now) / 1000) - Math.floor(Date.now() / 1000)
  }
  return 0
}

function clockOf(state: EmulatorState) {
  const now = emulatedNow(state)
  return {
    now: formatTime(now),
    now_seconds: now,
    offset_seconds: state.clockOffsetSeconds,
  }
}
