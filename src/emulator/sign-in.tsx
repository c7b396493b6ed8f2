import { ControlSignInPage } from '../pages/console/control-sign-in'
import { PageError, respondPage } from '../pages/respond'
import type { AppContext } from '../request/context'
import { readPageForm } from '../signin/browser'
import { giveControlCookie, isEmulatorToken } from '../signin/control-session'

/**
 * `/_emulator/sign-in`: GET asks for `EMULATOR_TOKEN`, POST gives the browser of who has it the console's
 * cookie. On this machine nobody needs it.
 *
 * @throws PageError
 */
export async function signInToConsole(c: AppContext): Promise<Response> {
  if (c.get('settings').EMULATOR_TOKEN === undefined) return c.redirect('/_emulator/', 302)
  if (c.req.method !== 'POST') return show(c, 200)
  // Nobody is signed in by another site's form.
  if (c.req.header('origin') !== c.get('url').origin) {
    throw new PageError(403, 'Invalid form', 'The form has to be of this page.')
  }
  const form = await readPageForm(c)
  const token = form.get('token')
  if (token === undefined || !(await isEmulatorToken(c, token))) return show(c, 403)
  await giveControlCookie(c, token)
  return c.redirect('/_emulator/', 303)
}

function show(c: AppContext, status: 200 | 403) {
  return respondPage(c, status, (nonce) => (
    <ControlSignInPage nonce={nonce} isWrong={status === 403} />
  ))
}
