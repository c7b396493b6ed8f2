import type { AppContext } from '../env'
import { sweep } from '../store/kv'
import { respond } from './respond'

/**
 * `POST /_emulator/reset`: back to the seed. Clients, grants, sessions and pages left open are
 * forgotten at once, the clock is the real one again, automatic sign-in is off. The signing keys
 * stay.
 */
export async function reset(c: AppContext): Promise<Response> {
  const { emulator, state } = c.var
  const { epoch } = state
  await emulator.reset()
  c.executionCtx.waitUntil(sweep(c.env.KV, epoch).catch(() => emulator.sweepLater(epoch)))
  return respond(c, 'POST reset', { reset: true })
}
