import type { AppContext } from '../env'

/**
 * `POST /_emulator/keys/rotate`: assertions are signed with a new key from now on; the one before is
 * published for another week of emulated time [O11].
 */
export async function rotateKeys(c: AppContext): Promise<Response> {
  const { emulator } = c.var
  await emulator.rotateKeys()
  const kids = (await emulator.keys()).map(({ jwk }) => jwk.kid)
  return c.json({ current: kids[0], published: kids })
}
