import * as z from 'zod'
import { domainsOf } from '../../access/application'
import { DEFAULT_ZONE } from '../../account/dns-record'
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
 * a name has `example.com`, which is also the zone of every id that no known name has.
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
    handle: async (c, { query }) => pageOf([await zone(c, query.name ?? DEFAULT_ZONE)], query),
  }),
  operation({
    method: 'get',
    path: '/zones/:zone_id',
    summary: 'Get a zone',
    permissions: PERMISSIONS.read,
    result: zoneResult,
    handle: async (c, { params }) => ({
      ...(await zone(c, (await zoneNameOf(c, params.zone_id ?? '')) ?? DEFAULT_ZONE)),
      id: params.zone_id,
    }),
  }),
]

/**
 * Finds the name of a zone by its id. Names are known if a domain of an OAuth client or of an application
 * is in the zone.
 */
export async function zoneNameOf(c: AppContext, id: string): Promise<string | undefined> {
  const { applications, oauthClients } = c.get('configuration')
  const uris = oauthClients.flatMap(({ client_uri: uri }) => (uri ? [new URL(uri).hostname] : []))
  const hosts = applications.flatMap(domainsOf).map((domain) => domain.split(/[:/]/)[0] ?? '')
  const names = new Set([DEFAULT_ZONE, ...[...uris, ...hosts].flatMap(withParents)])
  for (const name of names) if ((await zoneIdOf(name)) === id) return name
  return undefined
}

function withParents(host: string): string[] {
  const labels = host.replace(/^(\*\.)+/, '').split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

async function zoneIdOf(name: string): Promise<string> {
  return (await sha256Hex(`zone:${name}`)).slice(0, 32)
}

async function zone(c: AppContext, name: string) {
  const [account] = await accountsOfCaller(c)
  return {
    id: await zoneIdOf(name),
    name,
    status: 'active' as const,
    paused: false,
    type: 'full',
    development_mode: 0,
    name_servers: [],
    account: { id: account?.id ?? '', name: account?.name ?? '' },
  }
}
