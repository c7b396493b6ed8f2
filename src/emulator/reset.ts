import type { AppContext } from '../request/context'
import { resetStore } from '../store/epochs'
import { respond } from './respond'

/**
 * Handles `POST /_emulator/reset`: returns to the seed. Clients, grants, sessions and open pages end at
 * once, the clock shows real time, and automatic sign-in is off. The signing keys stay.
 */
export async function reset(c: AppContext): Promise<Response> {
  await resetStore(c.get('emulator'), c.get('stores'), c.executionCtx)
  return respond(c, 'POST reset', { reset: true })
}
