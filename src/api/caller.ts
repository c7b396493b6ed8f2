import { type Account, accountsOf } from '../account/members'
import type { AppContext } from '../request/context'
import { callerOf } from './credentials'

/** Whose e-mail address an administrator has where the request does not tell, nor the seed. */
const ADMINISTRATOR = 'administrator@example.com'

/** The person that the caller is, or acts for. */
export async function callerEmail(c: AppContext): Promise<string> {
  const caller = await callerOf(c)
  const [first] = c.get('settings').PEOPLE
  return ('email' in caller ? caller.email : undefined) ?? first?.email ?? ADMINISTRATOR
}

/**
 * The accounts that the caller can see: of a person who is named, those they are a member of; of an
 * OAuth client, those of them that the person chose for it.
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
