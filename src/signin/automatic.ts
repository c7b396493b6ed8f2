import type { AppContext } from '../request/context'
import { impersonationOf } from '../request/impersonation'
import { type AutoSignIn, matchingRule } from '../switches/auto-sign-in'

const known = new WeakMap<Request, Promise<AutoSignIn | undefined>>()

/**
 * Returns the person of automatic sign-in for this request. The rule is looked up once, because a rule
 * for the next n authorizations is used up by it. It applies on every host: only the control of the
 * emulator can switch it on.
 *
 * @param clientId the client that authorizes; without one, rules limited to a client or to a number of
 *   authorizations do not apply
 */
export function automaticPerson(c: AppContext, clientId?: string): Promise<AutoSignIn | undefined> {
  const found = known.get(c.req.raw) ?? find(c, clientId)
  known.set(c.req.raw, found)
  return found
}

async function find(c: AppContext, clientId: string | undefined): Promise<AutoSignIn | undefined> {
  const email = impersonationOf(c)?.email
  if (email !== undefined) return { email, consent: 'allow' }
  const rules = c.get('state').autoSignIns
  if (clientId === undefined) return rules.find(({ client, times }) => !client && !times)
  const rule = rules[matchingRule(rules, clientId)]
  if (rule?.times === undefined) return rule
  return c.get('emulator').switches.takeAutoSignIn(clientId)
}
