import * as z from 'zod'
import { formatTime } from '../../access/timestamps'
import type { EmulatorState } from '../../store/emulator/state'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'

const PERMISSIONS = accepted('access-acct', 'access-key')

const PATH = '/access/keys'

// Access: documented [K24], the bounds included.
const bodySchema = z.strictObject({ key_rotation_interval_days: z.number().min(21).max(365) })
const keysResult = z.object({
  days_until_next_rotation: z.number(),
  key_rotation_interval_days: z.number(),
  last_key_rotation_at: z.iso.datetime(),
})

/**
 * `/access/keys`. A rotation publishes a new key; the previous one stays published for a week.
 *
 * Access: documented [K24, K27]. Not like Access: keys are rotated only on request.
 */
export const keys: Operation[] = [
  operation({
    method: 'get',
    path: PATH,
    summary: 'Get the key rotation settings',
    permissions: PERMISSIONS.read,
    result: keysResult,
    handle: (c) => view(c.get('state'), c.get('now')),
  }),
  operation({
    method: 'put',
    path: PATH,
    summary: 'Update the key rotation settings',
    permissions: PERMISSIONS.write,
    body: bodySchema,
    result: keysResult,
    handle: async (c, { body }) =>
      view(
        await c.get('emulator').setKeyRotationInterval(body.key_rotation_interval_days),
        c.get('now'),
      ),
  }),
  operation({
    method: 'post',
    path: `${PATH}/rotate`,
    summary: 'Rotate the signing keys',
    permissions: PERMISSIONS.write,
    result: keysResult,
    handle: async (c) => view(await c.get('emulator').rotateKeys(), c.get('now')),
  }),
]

function view(state: EmulatorState, now: number) {
  const { keyRotationIntervalDays, lastKeyRotationAtSeconds } = state
  const daysSince = (now - lastKeyRotationAtSeconds) / 86_400
  return {
    // Assumed: a part of a day counts as a day.
    days_until_next_rotation: Math.max(0, Math.ceil(keyRotationIntervalDays - daysSince)),
    key_rotation_interval_days: keyRotationIntervalDays,
    last_key_rotation_at: formatTime(lastKeyRotationAtSeconds),
  }
}
