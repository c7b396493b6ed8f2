import { findOAuthClient } from '../account/oauth/dash-client'
import type { Actors } from '../events/reason'
import { unlessLost as lose } from '../faults/lose'
import { type Faults, strike } from '../faults/strike'
import type { FaultParameters, FaultSubject } from '../switches/active-fault'
import type { FaultName } from '../switches/faults'
import type { AppContext } from './context'
import { actorsOf, report } from './events'
import { impersonationOf } from './impersonation'

/** Returns the faults that are on, and records those that strike as events of this request. */
export function faultsOf(c: AppContext): Faults {
  return {
    // Faults strike neither the control nor the requests that it sends.
    active: impersonationOf(c) ? [] : c.get('state').faults,
    useUp: (name) => c.get('emulator').switches.strike(name),
    report(fault, { application, clientId, email }) {
      const known = actorsOf(c)
      report(c, {
        kind: 'fault',
        fault,
        path: c.get('url').pathname,
        client: clientId === undefined ? known.client : clientWithId(c, clientId),
        email: email ?? known.email,
        application: application && { id: application.id, name: application.name },
      })
    },
  }
}

// The names of OAuth clients are at hand; those of clients of Managed OAuth would have to be read.
function clientWithId(c: AppContext, id: string): Actors['client'] {
  return { id, name: findOAuthClient(c.get('configuration').oauthClients, id)?.client_name }
}

/** Returns the parameters of a fault that strikes this request now (`faults/strike.ts`). */
export function strikes<N extends FaultName>(
  c: AppContext,
  name: N,
  subject: FaultSubject,
): Promise<FaultParameters<N> | undefined> {
  return strike(faultsOf(c), name, subject)
}

/** Drops the response with new tokens if a fault says so (`faults/lose.ts`). */
export function unlessLost(
  c: AppContext,
  grantType: string,
  subject: FaultSubject,
  response: Response,
): Promise<Response> {
  return lose(faultsOf(c), grantType, subject, response)
}
