import type { DashError } from '../account/dash-error'
import type { AppContext } from '../env'
import { report } from '../report'
import { actorOf, isTold } from './actor'

/** Tells of a refusal, in the kinds that an application's support has to tell apart, once. */
export function reportRefusal(c: AppContext, error: DashError, toldTo: 'client' | 'person'): void {
  if (isTold(c)) return
  const { code, description } = error
  const { pathname: path } = c.get('url')
  const actor = actorOf(c)
  if (code === 'access_denied') report(c, { kind: 'authorization cancelled', ...actor })
  else if (code === 'invalid_scope') {
    report(c, { kind: 'scope not allowed', description, ...actor })
  } else if (path === '/oauth2/auth' || path === '/oauth2/consent') {
    report(c, { kind: 'authorization refused', error: code, description, toldTo, ...actor })
  } else {
    report(c, { kind: 'token request refused', error: code, description, path, ...actor })
  }
}

/** Tells of the emulator's own mistake. */
export function reportFailure(c: AppContext, error: Error): void {
  const { pathname: path } = c.get('url')
  report(c, { kind: 'failure', message: error.message, path, ...actorOf(c) })
}
