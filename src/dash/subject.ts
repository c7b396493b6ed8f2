import type { AppContext } from '../request/context'
import type { FaultSubject } from '../switches/active-fault'
import { shownCredentials } from './client'
import { readParameters } from './form'

/** Reads the client of an authorization request. */
export function authorizationSubject(c: AppContext): FaultSubject {
  return { clientId: c.req.query('client_id') }
}

/**
 * Reads the client of a token or revocation request: the named one, else that of the grant. The
 * endpoint itself refuses malformed requests later.
 */
export async function tokenSubject(c: AppContext): Promise<FaultSubject> {
  const shown = await shownCredentials(c).catch(() => undefined)
  const parameters = await readParameters(c).catch(() => new URLSearchParams())
  const credentials = ['code', 'refresh_token', 'token'].map((name) => parameters.get(name))
  const credential = credentials.find((text) => text !== null)
  const grant = await c.get('stores').dashboardGrants.findNamed(credential ?? '')
  return { clientId: shown?.clientId ?? grant?.clientId, email: grant?.email }
}
