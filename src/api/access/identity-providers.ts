import * as z from 'zod'
import {
  type IdentityProvider,
  identityProviderMembersSchema,
} from '../../access/identity-provider'
import { stamped, timestampsOf } from '../../access/timestamps'
import { isObject } from '../../access/unknown-members'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import type { RecordOf } from '../../store/kinds'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { refuseUsed } from '../references'

const PERMISSIONS = accepted('access-acct', 'access-idp')

const LIST = '/access/identity_providers'
const ONE = `${LIST}/:identity_provider_id`

const providerResult = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  config: z.looseObject({}),
  scim_config: z.looseObject({}).optional(),
  read_only: z.boolean(),
})

/** `/access/identity_providers`. Access: documented [K21]. */
export const identityProviders: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List identity providers',
    permissions: PERMISSIONS.read,
    query: z.object({ ...pageQuery, scim_enabled: z.string().optional() }),
    result: providerResult,
    isList: true,
    handle: (c, { query }) => pageOf(c.get('configuration').identityProviders.map(view), query),
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Add an identity provider',
    permissions: PERMISSIONS.write,
    status: 201,
    body: identityProviderMembersSchema,
    result: providerResult,
    handle: (c, { body }) => put(c, undefined, body),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get an identity provider',
    permissions: PERMISSIONS.read,
    result: providerResult,
    handle: (c, { params }) =>
      view(requireProvider(c.get('configuration'), params.identity_provider_id)),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Replace an identity provider',
    permissions: PERMISSIONS.write,
    body: identityProviderMembersSchema,
    prefill: withSecret,
    result: providerResult,
    handle: (c, { params, body }) => put(c, params.identity_provider_id, body),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete an identity provider',
    permissions: PERMISSIONS.write,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requireProvider(from, params.identity_provider_id)
        refuseUsed(from, 'identityProviders', id)
        return { edits: [deletion('identityProviders', id)], result: { id } }
      }),
  }),
]

function put(
  c: AppContext,
  replacedId: string | undefined,
  body: z.infer<typeof identityProviderMembersSchema>,
) {
  return change(c, (from) => {
    const before = replacedId === undefined ? undefined : requireProvider(from, replacedId)
    const id = before?.id ?? crypto.randomUUID()
    const provider = stamped({ ...body, id }, c.get('now'), before)
    return {
      edits: [save('identityProviders', provider)],
      result: view(provider),
    }
  })
}

// Adds the stored client secret to a body without one: responses do not show it.
function withSecret(c: AppContext, params: Record<string, string>, body: object): object {
  const before = requireProvider(c.get('configuration'), params.identity_provider_id)
  const { type, config } = body as Record<string, unknown>
  const { client_secret: secret } = before.config as Record<string, unknown>
  if (type !== before.type || secret === undefined || !isObject(config)) return body
  return { ...body, config: { client_secret: secret, ...config } }
}

// Assumed [K21]: responses leave the secrets out.
function view({ config, scim_config: scim, ...provider }: RecordOf<'identityProviders'>) {
  const { client_secret: _, ...shown } = config as Record<string, unknown>
  const { secret: __, ...scimShown } = scim ?? {}
  return {
    ...provider,
    config: shown,
    ...(scim && { scim_config: scimShown }),
    read_only: false,
    ...timestampsOf(provider),
  }
}

function requireProvider(
  from: Configuration,
  id: string | undefined,
): IdentityProvider & RecordOf<'identityProviders'> {
  const provider = from.identityProviders.find((each) => each.id === id)
  if (!provider) throw notFound('identity_provider_not_found')
  return provider
}
