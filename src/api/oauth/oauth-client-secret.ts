import * as z from 'zod'
import { formatTime } from '../../access/timestamps'
import { sha256 } from '../../oauth/encoding'
import { change, save } from '../change'
import { deletedResult } from '../deleted'
import { type Operation, operation } from '../operation'
import { refuseClient } from './oauth-client-error'
import { newSecret, requireClient } from './oauth-clients'

const PATH = '/oauth_clients/:oauth_client_id/rotate_secret'

/** The second secret of a client, and the end of the first (section A.2). */
export const oauthClientSecret: Operation[] = [
  operation({
    method: 'post',
    path: PATH,
    summary: 'Rotate the secret of an OAuth client; the old one is good until it is deleted',
    permissions: ['oauth-client.write'],
    result: z.object({ client_secret: z.string() }),
    handle: (c, { params }) =>
      change(c, async (from) => {
        const client = requireClient(c, from, params)
        const [current, old] = client.secretHashes
        // Assumed: 400 for both.
        if (client.token_endpoint_auth_method === 'none') {
          throw refuseClient('the client has no secret to rotate')
        }
        if (old !== undefined) throw refuseClient('delete the rotated secret first')
        const secret = newSecret()
        // A client that had the method `none` gets its first one.
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
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const client = requireClient(c, from, params)
        const [current, old] = client.secretHashes
        // Assumed: 400 where there is none.
        if (current === undefined || old === undefined) {
          throw refuseClient('there is no rotated secret to delete')
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
