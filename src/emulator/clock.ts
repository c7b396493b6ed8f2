import { z } from 'zod'
import { lifetimeSchema, wholeSeconds } from '../access/duration'
import { formatTime } from '../access/timestamps'
import type { AppContext } from '../env'
import { type EmulatorState, emulatedNow } from '../store/emulator-object'
import { readControl } from './body'

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
  return c.json(clockOf(c.var.state))
}

/**
 * `PATCH /_emulator/clock`: moves the one clock that every lifetime is judged by, and lets it go on
 * from there.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeClock(c: AppContext): Promise<Response> {
  const { emulator, state } = c.var
  const change = await readControl(c, clockSchema)
  return c.json(clockOf(await emulator.setClockOffset(offsetAfter(change, state))))
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
