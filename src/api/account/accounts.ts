import * as z from 'zod'
import { timestampsOf } from '../../access/timestamps'
import { type Account, findAccount } from '../../account/members'
import { accountsOfCaller } from '../caller'
import { pageOf, pageQuery } from '../envelope'
import { accountForbidden } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { contains } from '../query'

const PERMISSIONS = accepted('account-settings')

const accountResult = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal('standard'),
  settings: z.looseObject({}),
  created_on: z.iso.datetime(),
})

/** `/accounts`. API: observed [V22]. */
export const accounts: Operation[] = [
  operation({
    method: 'get',
    path: '/accounts',
    summary: 'List accounts',
    // API: observed [V21]. An OAuth client can list its accounts, whatever its scopes.
    permissions: [],
    query: z.object({
      ...pageQuery,
      name: z.string().optional(),
      direction: z.enum(['asc', 'desc']).default('asc'),
    }),
    result: accountResult,
    isList: true,
    async handle(c, { query }) {
      const found = (await accountsOfCaller(c)).filter(({ name }) => contains(name, query.name))
      const ordered = query.direction === 'desc' ? found.toReversed() : found
      return pageOf(ordered.map(view), query)
    },
  }),
  operation({
    method: 'get',
    path: '/accounts/:account_id',
    summary: 'Get an account',
    permissions: PERMISSIONS.read,
    result: accountResult,
    async handle(c, { params }) {
      const account = findAccount(await accountsOfCaller(c), params.account_id ?? '')
      if (account) return view(account)
      throw accountForbidden()
    },
  }),
]

function view({ id, name }: Account) {
  return {
    id,
    name,
    type: 'standard' as const,
    settings: { enforce_twofactor: false },
    created_on: timestampsOf({}).created_at,
  }
}
