import type { AppContext } from '../../../request/context'
import { callerOf } from '../../credentials'

/** Returns `created_by` and `modified_by` for a change by the caller, as far as the caller has an address. */
export async function whoChanges(c: AppContext) {
  const caller = await callerOf(c)
  const email = 'email' in caller ? caller.email : undefined
  if (email === undefined) return { created: {}, modified: {} }
  return { created: { created_by: email, modified_by: email }, modified: { modified_by: email } }
}
