import { ControlSignInPage } from '../pages/console/control-sign-in'
import { PageError } from '../pages/page-error'
import { respondPage } from '../pages/respond'
import type { AppContext } from '../request/context'
import { readPageForm } from '../signin/browser'
import { giveControlCookie, isEmulatorToken } from '../signin/control-session'

/**
 * Handles `/_emulator/sign-in`. GET shows a form for `EMULATOR_TOKEN`; POST with the right token sets the
 * console's cookie. Without the setting `EMULATOR_TOKEN` it redirects to the console.
 *
 * @throws PageError
 */
export async function signInToConsole(c: AppContext): Promise<Response> {
  if (c.get('settings').EMULATOR_TOKEN === undefined) return c.redirect('/_emulator/', 302)
  if (c.req.method !== 'POST') return show(c, 200)
  // Forms of other sites are refused.
  if (c.req.header('origin') !== c.get('url').origin) {
    throw new PageError(
      403,
      'Invalid form',
      'The form must be sent from this page.',
      'Open /_emulator/sign-in and enter the token there.',
    )
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
