import type { DashError } from '../account/oauth/dash-error'
import type { AppContext } from '../request/context'
import { isCovered, reportInstead } from '../request/events'

/** Reports a refusal of an authorization, unless a more precise event covers it. */
export function reportAuthorizationRefusal(
  c: AppContext,
  { code, description }: DashError,
  recipient: 'client' | 'person',
): void {
  if (isCovered(c)) return
  if (code === 'access_denied') reportInstead(c, { kind: 'authorization-cancelled' })
  else if (code === 'invalid_scope') reportInstead(c, { kind: 'scope-not-allowed', description })
  else reportInstead(c, { kind: 'authorization-refused', error: code, description, recipient })
}

/** Reports a refusal of any other endpoint, unless a more precise event covers it. */
export function reportTokenRefusal(c: AppContext, { code, description }: DashError): void {
  if (isCovered(c)) return
  const { pathname: path } = c.get('url')
  if (code === 'invalid_scope') reportInstead(c, { kind: 'scope-not-allowed', description })
  else reportInstead(c, { kind: 'token-request-refused', error: code, description, path })
}

/** Reports an internal error of the emulator. */
export function reportFailure(c: AppContext, { message }: Error): void {
  reportInstead(c, { kind: 'failure', message, path: c.get('url').pathname })
}
