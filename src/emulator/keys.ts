import type { AppContext } from '../request/context'
import { respond } from './respond'

/**
 * `POST /_emulator/keys/rotate`: assertions are signed with a new key from now on; the one before is
 * published for another week of emulated time [O11].
 */
export async function rotateKeys(c: AppContext): Promise<Response> {
  const { emulator } = c.var
  await emulator.rotateKeys()
  const published = (await emulator.keys()).map(({ jwk }) => jwk.kid)
  const [current = ''] = published
  return respond(c, 'POST keys/rotate', { current, published })
}
