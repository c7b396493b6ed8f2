import { PageError } from '../pages/page-error'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { finishAuthentication } from '../upstream/oauth/authenticate'

/**
 * Handles the way back of an administrator from a server: the portal keeps the tokens, and the catalogue is
 * synced.
 *
 * @throws PageError
 */
export async function authenticateServer(c: AppContext): Promise<Response> {
  const { searchParams } = c.get('url')
  const id = c.req.param('server') ?? ''
  const code = searchParams.get('code')
  const state = searchParams.get('state') ?? ''
  if (code === null) throw failed(searchParams.get('error') ?? 'the server sent no code')
  const back = await finishAuthentication(c, id, { code, state }).catch((error: unknown) => {
    throw failed(error instanceof Error ? error.message : String(error))
  })
  if (back === undefined) {
    throw new PageError(
      400,
      'Invalid state',
      'This sign-in has ended, or has expired after 15 minutes.',
      'Begin again with “Authenticate server”.',
    )
  }
  reportDecision(c, {
    kind: 'authorization',
    step: 'code',
    outcome: 'allowed',
    rule: 'MP20',
    why: `An administrator has signed in to ${id}. The portal keeps the tokens as the server's own.`,
  })
  return c.redirect(back, 302)
}

function failed(reason: string): PageError {
  return new PageError(
    403,
    `Authorization failed: ${reason}`,
    'The server did not accept the sign-in of the administrator.',
    'Read the requests to the server in the console, and begin again.',
  )
}
