import type { AppContext } from '../../request/context'
import { endLogin, invalidNonce, isLoginNonce } from '../../signin/browser'
import { startSession } from '../authorization/session'
import { readState } from './callback-state'
import { finish } from './finish'
import { loginWith } from './providers'
import { readStep } from './step'

/**
 * Handles `GET /cdn-cgi/access/callback`, the return from an identity provider of another site.
 *
 * @throws PageError
 */
export async function callback(c: AppContext): Promise<Response> {
  const query = c.get('url').searchParams
  const state = await readState(c, Object.fromEntries(query).state ?? '')
  if (!state || !isLoginNonce(c, state.loginNonce)) throw invalidNonce()
  const { login, application, providers } = await readStep(c, new URLSearchParams(state.query))
  const provider = providers.find(({ id }) => id === state.idp)
  if (!provider) throw invalidNonce()
  const back = loginWith(provider)
  if (!back.finish) throw invalidNonce()
  endLogin(c)
  const identity = await back.finish(c, { provider, query, seed: state.seed })
  return finish(c, login, application, await startSession(c, identity))
}
