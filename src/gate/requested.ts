import { type Application, coveredAt } from '../access/application'
import { bearerToken } from '../oauth/bearer'
import type { AppContext } from '../request/context'
import { oncePerRequest } from '../request/once'
import type { FaultSubject } from '../switches/active-fault'

/** Finds the application that covers the requested URL, and the domain of it that does. */
export const requestedDomain = oncePerRequest((c) =>
  coveredAt(c.get('configuration').applications, c.get('url')),
)

/** Finds the application that covers the requested URL. */
export function requestedApplication(c: AppContext): Application | undefined {
  return requestedDomain(c)?.application
}

/** Reads the bearer token of the request. */
export const presentedToken = oncePerRequest((c) => bearerToken(c.req.header('authorization')))

/** Reads the client and the application of a request, for faults that are limited to one of them. */
export async function applicationSubject(c: AppContext): Promise<FaultSubject> {
  const token = presentedToken(c)
  const grant = token === undefined ? undefined : await c.get('stores').grants.findNamed(token)
  return {
    clientId: grant?.clientId,
    email: grant?.identity.email,
    application: requestedApplication(c),
  }
}
