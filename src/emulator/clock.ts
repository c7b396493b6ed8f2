import * as z from 'zod'
import { lifetimeSchema, wholeSeconds } from '../access/duration'
import { formatTime } from '../access/timestamps'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import type { ClockMove } from '../store/emulator/kept-state'
import { type EmulatorState, emulatedNow } from '../store/emulator/state'
import { readControl } from './body'
import { respond } from './respond'

const advanceSchema = z
  .string()
  .refine(
    (text) => lifetimeSchema.safeParse(text).success,
    'expected a duration of 1s or more, such as 16m or 1h30m. To go back, send {"now"} with an earlier time',
  )

export const clockSchema = z.union(
  [
    z.strictObject({ advance: advanceSchema }),
    z.strictObject({ now: z.iso.datetime({ offset: true }) }),
    z.strictObject({ reset: z.literal(true) }),
  ],
  'expected {"advance":"16m"} of at least 1s, {"now":"2027-01-01T00:00:00Z"} or {"reset":true}. To go back, send {"now"} with an earlier time',
)

/** Handles `GET /_emulator/clock`: shows the emulated time. */
export function showClock(c: AppContext): Response {
  return respond(c, 'GET clock', clockOf(c.get('state')))
}

/**
 * Handles `PATCH /_emulator/clock`: moves the clock of all lifetimes, which continues from there.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeClock(c: AppContext): Promise<Response> {
  const move = moveOf(await readControl(c, clockSchema))
  const state = await c.get('emulator').moveClock(move)
  if (state === 'too-late') {
    throw new OAuthError(
      'invalid_request',
      'the clock cannot pass the year 9999: expected an earlier time',
    )
  }
  return respond(c, 'PATCH clock', clockOf(state))
}

function moveOf(change: z.infer<typeof clockSchema>): ClockMove {
  if ('advance' in change) return { bySeconds: wholeSeconds(change.advance) }
  if (!('now' in change)) return { offsetSeconds: 0 }
  const realSeconds = Math.floor(Date.now() / 1000)
  return { offsetSeconds: Math.floor(Date.parse(change.now) / 1000) - realSeconds }
}

function clockOf(state: EmulatorState) {
  const now = emulatedNow(state)
  return {
    now: formatTime(now),
    now_seconds: now,
    offset_seconds: state.clockOffsetSeconds,
  }
}
