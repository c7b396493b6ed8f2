import type { AppContext } from '../request/context'
import { respond } from './respond'

/**
 * Handles `POST /_emulator/keys/rotate`: a new key signs assertions from now on. The previous key stays
 * published for a week of emulated time [O11].
 */
export async function rotateKeys(c: AppContext): Promise<Response> {
  const { emulator } = c.var
  await emulator.rotateKeys()
  const published = (await emulator.keys()).map(({ jwk }) => jwk.kid)
  const [current = ''] = published
  return respond(c, 'POST keys/rotate', { current, published })
}
