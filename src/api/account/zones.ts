import * as z from 'zod'
import { sha256Hex } from '../../oauth/encoding'
import type { AppContext } from '../../request/context'
import { accountsOfCaller } from '../caller'
import { pageOf, pageQuery } from '../envelope'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'

const PERMISSIONS = accepted('zone')

const zoneResult = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.literal('active'),
  account: z.object({ id: z.string(), name: z.string() }),
})

/**
 * `/zones`, for tools that look up the zone of a host name before they use it.
 *
 * Not like Cloudflare: every requested name is an active zone of the first account. A list without
 * a name has `example.com`, and every id is the id of `example.com`.
 */
export const zones: Operation[] = [
  operation({
    method: 'get',
    path: '/zones',
    summary: 'List zones',
    permissions: PERMISSIONS.read,
    query: z.object({ ...pageQuery, name: z.string().min(1).optional() }),
    result: zoneResult,
    isList: true,
    handle: async (c, { query }) => pageOf([await zone(c, query.name ?? 'example.com')], query),
  }),
  operation({
    method: 'get',
    path: '/zones/:zone_id',
    summary: 'Get a zone',
    permissions: PERMISSIONS.read,
    result: zoneResult,
    handle: async (c, { params }) => ({
      ...(await zone(c, 'example.com')),
      id: params.zone_id,
    }),
  }),
]

async function zone(c: AppContext, name: string) {
  const [account] = await accountsOfCaller(c)
  return {
    id: (await sha256Hex(`zone:${name}`)).slice(0, 32),
    name,
    status: 'active' as const,
    paused: false,
    type: 'full',
    development_mode: 0,
    name_servers: [],
    account: { id: account?.id ?? '', name: account?.name ?? '' },
  }
}
