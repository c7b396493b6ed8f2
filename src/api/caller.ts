import { type Account, accountsOf } from '../account/members'
import type { AppContext } from '../request/context'
import { callerOf } from './credentials'

/** The e-mail address of an administrator if the request and the setting PEOPLE have none. */
const ADMINISTRATOR = 'administrator@example.com'

/** Returns the e-mail address of the person who calls, or for whom the caller acts. */
export async function callerEmail(c: AppContext): Promise<string> {
  const caller = await callerOf(c)
  const [first] = c.get('settings').PEOPLE
  return ('email' in caller ? caller.email : undefined) ?? first?.email ?? ADMINISTRATOR
}

/**
 * Returns the accounts that the caller can see. A named administrator sees the accounts that they
 * are a member of; an OAuth client sees those that the person chose for it.
 *
 * API: observed [V21].
 */
export async function accountsOfCaller(c: AppContext): Promise<Account[]> {
  const caller = await callerOf(c)
  const { ACCOUNTS } = c.get('settings')
  switch (caller.kind) {
    case 'token':
      return ACCOUNTS
    case 'administrator':
      return caller.email === undefined ? ACCOUNTS : accountsOf(ACCOUNTS, caller.email)
    case 'oauth':
      return accountsOf(ACCOUNTS, caller.email).filter(({ id }) => caller.accountIds.includes(id))
  }
}
