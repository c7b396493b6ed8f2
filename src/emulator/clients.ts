import { formatTime } from '../access/timestamps'
import type { AppContext } from '../request/context'
import type { Client } from '../store/clients'
import { readCursor } from './cursor'
import { issuedGrants } from './issued-grants'
import { clientNotFound } from './not-found'
import { respond } from './respond'

const PER_PAGE = 50
const GRANTS_AT_ONCE = 100

/** Handles `GET /_emulator/clients`: lists a page of the clients registered with Managed OAuth. */
export async function showClients(c: AppContext): Promise<Response> {
  const { clients } = c.get('stores')
  const { ids, ...rest } = await clients.list(PER_PAGE, readCursor(c))
  const found = await Promise.all(ids.map((id) => clients.find(id)))
  return respond(c, 'GET clients', {
    ...rest,
    clients: found.filter((each) => each !== undefined).map(view),
  })
}

/**
 * Handles `DELETE /_emulator/clients/{id}`: deletes a client, and ends its grants with all their tokens.
 *
 * Not like Access, where a registration never ends [R17, P10].
 */
export async function forgetClient(c: AppContext): Promise<Response> {
  const { clients } = c.get('stores')
  const id = c.req.param('id') ?? ''
  if (!(await clients.find(id))) throw clientNotFound(id)
  await deleteClient(c, id)
  return respond(c, 'DELETE clients/{id}', { forgotten: id })
}

/** Deletes a client, and ends its grants with all their tokens. */
export async function deleteClient(c: AppContext, id: string): Promise<void> {
  await endGrantsOf(c, id)
  await c.get('stores').clients.delete(id)
}

async function endGrantsOf(c: AppContext, clientId: string): Promise<void> {
  const { emulator, stores } = c.var
  const issued = issuedGrants(await emulator.events(), clientId)
  await Promise.all(issued.map((id) => stores.grants.end(id)))
  let cursor: string | undefined
  do {
    const page = await stores.grants.list(GRANTS_AT_ONCE, cursor)
    const own = page.grants.filter(({ grant, revoked }) => grant.clientId === clientId && !revoked)
    await Promise.all(own.map(({ grant }) => stores.grants.end(grant.id)))
    cursor = page.cursor
  } while (cursor)
}

function view({ clientId, issuedAtSeconds, name, metadata, ...rest }: Client) {
  return {
    id: clientId,
    name,
    redirect_uris: rest.redirectUris,
    grant_types: rest.grantTypes,
    token_endpoint_auth_method: rest.tokenEndpointAuthMethod,
    ...metadata,
    registered_at: formatTime(issuedAtSeconds),
  }
}
