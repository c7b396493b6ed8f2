import * as z from 'zod'
import { stamped } from '../../access/timestamps'
import { findAccount, OAUTH_CLIENT_ROLES } from '../../account/members'
import { keptScopes } from '../../account/oauth/client-scopes'
import { startVerification } from '../../account/oauth/client-uri-verification'
import {
  type OAuthClient,
  type OAuthClientMembers,
  oauthClientChangesSchema,
  oauthClientSchema,
} from '../../account/oauth/oauth-client'
import { isUnlistedScope } from '../../account/scopes'
import { randomText, sha256 } from '../../oauth/encoding'
import type { AppContext } from '../../request/context'
import { report } from '../../request/events'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, wholeListQuery } from '../envelope'
import { type Operation, operation } from '../operation'
import { withChanges } from './oauth-client-changes'
import { clientError, clientNotFound } from './oauth-client-error'
import { clientResult, clientView, newClientResult } from './oauth-client-view'

const LIST = '/oauth_clients'
const ONE = `${LIST}/:oauth_client_id`

/** `/accounts/{id}/oauth_clients`: self-managed OAuth clients. API: documented [C1, C2, C3]. */
export const oauthClients: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List OAuth clients',
    permissions: ['oauth-client.read'],
    query: z.object(wholeListQuery),
    result: clientResult,
    isList: true,
    handle(c, { params, query }) {
      const accountId = ownerOf(c, params)
      const own = c
        .get('configuration')
        .oauthClients.filter((each) => each.account_id === accountId)
      return pageOf(own.map(clientView), query)
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create an OAuth client',
    permissions: ['oauth-client.write'],
    roles: OAUTH_CLIENT_ROLES,
    body: oauthClientSchema,
    refuse: clientError,
    result: newClientResult,
    async handle(c, { params, body }) {
      const created = await change(c, async () => {
        const secret = body.token_endpoint_auth_method === 'none' ? undefined : newSecret()
        const client = await newClient(c, ownerOf(c, params), body)
        if (secret !== undefined) client.secretHashes = [await sha256(secret)]
        return {
          edits: [save('oauthClients', client)],
          result: { ...clientView(client), ...(secret !== undefined && { client_secret: secret }) },
        }
      })
      reportUnlistedScopes(c, created)
      return created
    },
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get an OAuth client',
    permissions: ['oauth-client.read'],
    result: clientResult,
    handle: (c, { params }) => clientView(requireClient(c, c.get('configuration'), params)),
  }),
  operation({
    method: 'patch',
    path: ONE,
    summary: 'Update an OAuth client',
    permissions: ['oauth-client.write'],
    roles: OAUTH_CLIENT_ROLES,
    body: oauthClientChangesSchema,
    refuse: clientError,
    result: clientResult,
    async handle(c, { params, body }) {
      const changed = await change(c, async (from) => {
        const client = await withChanges(requireClient(c, from, params), body, c.get('now'))
        return { edits: [save('oauthClients', client)], result: clientView(client) }
      })
      if (body.scopes) reportUnlistedScopes(c, changed)
      return changed
    },
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete an OAuth client',
    permissions: ['oauth-client.write'],
    roles: OAUTH_CLIENT_ROLES,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { client_id: id } = requireClient(c, from, params)
        return { edits: [deletion('oauthClients', id)], result: { id } }
      }),
  }),
]

/** Returns a new secret of a client. Assumed: the form, which Cloudflare does not publish. */
export function newSecret(): string {
  return `cf-oauth-secret-emulated-${randomText(24)}`
}

/** Returns a client of the account in the path, or throws an ApiError 404. */
export function requireClient(
  c: AppContext,
  from: Configuration,
  params: Record<string, string>,
): OAuthClient {
  const accountId = ownerOf(c, params)
  const client = from.oauthClients.find(
    (each) => each.client_id === params.oauth_client_id && each.account_id === accountId,
  )
  if (!client) throw clientNotFound()
  return client
}

function reportUnlistedScopes(
  c: AppContext,
  { client_id, client_name, scopes }: Pick<OAuthClient, 'client_id' | 'client_name' | 'scopes'>,
): void {
  const unlisted = scopes.filter(isUnlistedScope)
  if (unlisted.length === 0) return
  const client = { id: client_id, name: client_name }
  report(c, { kind: 'scopes-not-listed', client, scopes: unlisted })
}

function ownerOf(c: AppContext, params: Record<string, string>): string {
  const id = params.account_id ?? ''
  return findAccount(c.get('settings').ACCOUNTS, id)?.id ?? id
}

async function newClient(
  c: AppContext,
  accountId: string,
  body: OAuthClientMembers,
): Promise<OAuthClient> {
  const { now } = c.var
  const id = crypto.randomUUID().replaceAll('-', '')
  const client = {
    ...body,
    client_id: id,
    account_id: accountId,
    visibility: 'private' as const,
    scopes: keptScopes(body.scopes, body.grant_types, body.response_types),
    optional_scopes: body.optional_scopes ?? [],
    ...(body.client_uri && {
      client_uri_verification: await startVerification(id, body.client_uri, now),
    }),
    secretHashes: [],
  }
  return stamped(client, now)
}
