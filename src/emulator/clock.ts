import * as z from 'zod'
import { chosenSchema, never } from '../access/chosen-schema'
import { lifetimeSchema, wholeSeconds } from '../access/duration'
import { formatTime } from '../access/timestamps'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import type { ClockMove } from '../store/emulator/kept-state'
import { type EmulatorState, emulatedNow } from '../store/emulator/state'
import { readControl } from './body'
import { respond } from './respond'

const advanceSchema = z.strictObject({
  advance: z.custom<string>(
    (value) => lifetimeSchema.safeParse(value).success,
    'expected a duration of 1s or more, such as "16m" or "1h30m". To go back, send {"now": ...}',
  ),
})
const nowSchema = z.strictObject({ now: z.iso.datetime({ offset: true }) })
const resetSchema = z.strictObject({ reset: z.literal(true) })
const FORMS = '{"advance":"16m"}, {"now":"2027-01-01T00:00:00Z"} or {"reset":true}'

type Change = { advance: string } | { now: string } | { reset: true }
export const clockSchema = chosenSchema<Change>(FORMS, (value) => {
  const has = (name: string) => typeof value === 'object' && value !== null && name in value
  if (has('advance')) return advanceSchema
  if (has('now')) return nowSchema
  return has('reset') ? resetSchema : never(`expected ${FORMS}`)
})

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

function moveOf(change: Change): ClockMove {
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
