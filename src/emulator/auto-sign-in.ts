import { z } from 'zod'
import { emailSchema } from '../access/identity'
import type { AppContext } from '../env'
import { readControl } from './body'

const autoSignInSchema = z.strictObject({
  email: emailSchema,
  consent: z.enum(['allow', 'deny'], 'expected allow or deny').default('allow'),
})

/** `GET /_emulator/auto-sign-in`: who signs in by themselves, or `null`. */
export function showAutoSignIn(c: AppContext): Response {
  return c.json(c.var.state.autoSignIn)
}

/**
 * `PUT /_emulator/auto-sign-in`: authorizations complete without pages, as this person and with
 * this answer to the consent page; `null` turns it off. Policies still apply.
 *
 * @throws OAuthError `invalid_request`
 */
export async function changeAutoSignIn(c: AppContext): Promise<Response> {
  const autoSignIn = await readControl(c, autoSignInSchema.nullable())
  return c.json((await c.var.emulator.setAutoSignIn(autoSignIn)).autoSignIn)
}
