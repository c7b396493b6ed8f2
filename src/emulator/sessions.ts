import { identityNonceOf, revocable, sessionIdOf } from '../access/revocation'
import { browserSignIn, isSignInGood } from '../access/sign-in'
import { formatTime } from '../access/timestamps'
import type { AppContext } from '../request/context'
import type { DirectorySession } from '../store/emulator/directory'
import { notFound } from './not-found'
import { respond } from './respond'

/** Handles `GET /_emulator/sessions`: lists the active sign-ins of browsers at the team domain. */
export async function showSessions(c: AppContext): Promise<Response> {
  return respond(c, 'GET sessions', { sessions: (await activeSessions(c)).map(view) })
}

/** Handles `DELETE /_emulator/sessions/{id}`: ends a sign-in at every application, as a logout does. */
export async function endSession(c: AppContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  if (!(await activeSessions(c)).some((each) => each.id === id)) {
    throw notFound(`session ${id}`, 'GET /_emulator/sessions lists the active sessions')
  }
  await c.get('emulator').revoke(revocable.session(sessionIdOf(id)))
  return respond(c, 'DELETE sessions/{id}', { ended: id })
}

/** Handles `DELETE /_emulator/sessions`: ends every sign-in at every application. */
export async function endSessions(c: AppContext): Promise<Response> {
  const sessions = await activeSessions(c)
  for (const { id } of sessions) await c.get('emulator').revoke(revocable.session(sessionIdOf(id)))
  return respond(c, 'DELETE sessions', { ended: sessions.length })
}

// Only those of browsers: the sign-in of a client is its grant.
async function activeSessions(c: AppContext): Promise<DirectorySession[]> {
  const { emulator, state } = c.var
  return (await emulator.directory.sessions(undefined, 'browser')).filter(
    ({ id, identity, revision }) =>
      isSignInGood(state, browserSignIn(identity.email, identityNonceOf(id, { count: revision }))),
  )
}

function view({ applications, expiresAtSeconds, id, identity, ip, ...rest }: DirectorySession) {
  return {
    id,
    email: identity.email,
    identity_provider: identity.idp.type,
    ip,
    signed_in_at: formatTime(rest.issuedAtSeconds),
    expires_at: formatTime(expiresAtSeconds),
    applications: Object.values(applications).map(({ name, hostname }) => ({ name, hostname })),
  }
}
