import * as z from 'zod'
import { dashboardUserId, membershipId, rolesOf } from '../../account/members'
import { sha256Hex } from '../../oauth/encoding'
import { accountsOfCaller, callerEmail } from '../caller'
import { callerOf } from '../credentials'
import { pageOf, pageQuery } from '../envelope'
import { invalidApiToken } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'

const PERMISSIONS = accepted('memberships')

/** `/user`, `/user/tokens/verify` and `/memberships`: the caller. API: observed [V22]. */
export const user: Operation[] = [
  operation({
    method: 'get',
    path: '/user',
    summary: 'Get the user',
    permissions: ['user-details.read'],
    result: z.looseObject({ id: z.string(), email: z.string() }),
    async handle(c) {
      const email = await callerEmail(c)
      const person = c.get('settings').PEOPLE.find((each) => each.email === email)
      const [first = null, ...rest] = person?.name.split(' ') ?? []
      return {
        id: await dashboardUserId(email),
        email,
        first_name: first,
        last_name: rest.join(' ') || null,
        country: null,
        telephone: null,
        zipcode: null,
        two_factor_authentication_enabled: false,
        suspended: false,
      }
    },
  }),
  operation({
    method: 'get',
    path: '/user/tokens/verify',
    summary: 'Verify the API token of the request',
    permissions: [],
    result: z.object({ id: z.string(), status: z.enum(['active', 'disabled', 'expired']) }),
    async handle(c) {
      const caller = await callerOf(c)
      if (caller.kind === 'oauth') throw invalidApiToken()
      const id = caller.kind === 'token' ? caller.id : (await sha256Hex('any token')).slice(0, 32)
      const expires = caller.kind === 'token' ? caller.expiresAt : undefined
      return { id, status: 'active', ...(expires && { expires_on: expires }) }
    },
  }),
  operation({
    method: 'get',
    path: '/memberships',
    summary: "List the user's memberships",
    permissions: PERMISSIONS.read,
    query: z.object({ ...pageQuery, name: z.string().optional(), status: z.string().optional() }),
    result: z.looseObject({
      id: z.string(),
      status: z.string(),
      account: z.looseObject({ id: z.string(), name: z.string() }),
      roles: z.array(z.string()),
    }),
    isList: true,
    async handle(c, { query }) {
      const email = await callerEmail(c)
      const accounts = await accountsOfCaller(c)
      const memberships = await Promise.all(
        accounts.map(async (account) => ({
          id: await membershipId(account, email),
          status: 'accepted',
          account: { id: account.id, name: account.name, type: 'standard', settings: {} },
          api_access_enabled: null,
          roles: rolesOf(account, email),
          permissions: {},
        })),
      )
      return pageOf(memberships, query)
    },
  }),
]
