import { formatTime } from '../access/timestamps'
import type { AppContext } from '../request/context'
import type { Client } from '../store/clients'
import { readCursor } from './cursor'
import { endGrants } from './end-grants'
import { clientNotFound } from './not-found'
import { respond } from './respond'

const PER_PAGE = 50

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
  await endGrants(c, id)
  await c.get('stores').clients.delete(id)
}

/** Handles `DELETE /_emulator/clients`: deletes every client, and ends every grant with all its tokens. */
export async function forgetClients(c: AppContext): Promise<Response> {
  const { clients } = c.get('stores')
  const ids = await allIds(c)
  await endGrants(c)
  await Promise.all(ids.map((id) => clients.delete(id)))
  return respond(c, 'DELETE clients', { forgotten: ids.length })
}

async function allIds(c: AppContext): Promise<string[]> {
  const { clients } = c.get('stores')
  const all: string[] = []
  let cursor: string | undefined
  do {
    const { ids, ...rest } = await clients.list(PER_PAGE, cursor)
    for (const id of ids) all.push(id)
    cursor = rest.cursor
  } while (cursor)
  return all
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
