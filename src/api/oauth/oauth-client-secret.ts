import * as z from 'zod'
import { formatTime } from '../../access/timestamps'
import { OAUTH_CLIENT_ROLES } from '../../account/members'
import { sha256 } from '../../oauth/encoding'
import { change, save } from '../change'
import { deletedResult } from '../deleted'
import { type Operation, operation } from '../operation'
import { invalidClient } from './oauth-client-error'
import { newSecret, requireClient } from './oauth-clients'

const PATH = '/oauth_clients/:oauth_client_id/rotate_secret'

/** Rotating the secret of a client. API: documented [C5]. */
export const oauthClientSecret: Operation[] = [
  operation({
    method: 'post',
    path: PATH,
    summary: 'Rotate the secret of an OAuth client; the old one stays valid until it is deleted',
    permissions: ['oauth-client.write'],
    roles: OAUTH_CLIENT_ROLES,
    result: z.object({ client_secret: z.string() }),
    handle: (c, { params }) =>
      change(c, async (from) => {
        const client = requireClient(c, from, params)
        const [current, old] = client.secretHashes
        // Assumed: 400 for both refusals.
        if (client.token_endpoint_auth_method === 'none') {
          throw invalidClient('the client has no secret: its token_endpoint_auth_method is none')
        }
        if (old !== undefined) {
          throw invalidClient('the client has a rotated secret already: delete it first')
        }
        const secret = newSecret()
        // A client that had the method `none` before has no current secret.
        const secretHashes = [await sha256(secret), ...(current === undefined ? [] : [current])]
        const updated_at = formatTime(c.get('now'))
        return {
          edits: [save('oauthClients', { ...client, secretHashes, updated_at })],
          result: { client_secret: secret },
        }
      }),
  }),
  operation({
    method: 'delete',
    path: PATH,
    summary: 'Delete the old secret of an OAuth client',
    permissions: ['oauth-client.write'],
    roles: OAUTH_CLIENT_ROLES,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const client = requireClient(c, from, params)
        const [current, old] = client.secretHashes
        // Assumed: 400.
        if (current === undefined || old === undefined) {
          throw invalidClient('the client has no rotated secret to delete')
        }
        const updated_at = formatTime(c.get('now'))
        const changed = { ...client, secretHashes: [current], updated_at }
        return {
          edits: [save('oauthClients', changed)],
          result: { id: client.client_id },
        }
      }),
  }),
]
