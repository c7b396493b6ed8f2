import { formatTime } from '../access/timestamps'
import type { AppContext } from '../request/context'
import type { AccessGrant, GrantView } from '../store/grants/grant'
import { readCursor } from './cursor'
import { endGrants } from './end-grants'
import { notFound } from './not-found'
import { respond } from './respond'

const PER_PAGE = 25

/** Handles `GET /_emulator/grants`: lists a page of the grants of Managed OAuth with their tokens. */
export async function showGrants(c: AppContext): Promise<Response> {
  const { grants, ...rest } = await c.get('stores').grants.list(PER_PAGE, readCursor(c))
  return respond(c, 'GET grants', {
    ...rest,
    grants: await Promise.all(grants.map((each) => view(c, each))),
  })
}

/** Handles `DELETE /_emulator/grants/{id}`: ends a grant with all its tokens at once. */
export async function endGrant(c: AppContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  if (!(await c.get('stores').grants.view(id)))
    throw notFound(`grant ${id}`, 'GET /_emulator/grants lists the grants')
  await c.get('stores').grants.end(id)
  return respond(c, 'DELETE grants/{id}', { revoked: id })
}

/** Handles `DELETE /_emulator/grants`: ends every grant with all its tokens at once. */
export async function endAllGrants(c: AppContext): Promise<Response> {
  return respond(c, 'DELETE grants', { revoked: await endGrants(c) })
}

/** Handles `DELETE /_emulator/grants/{id}/tokens/{token}`: ends one access token, and not its grant. */
export async function endToken(c: AppContext): Promise<Response> {
  const { id = '', token = '' } = c.req.param() as { id?: string; token?: string }
  if (!(await c.get('stores').grants.endToken(id, token))) {
    throw notFound(`token ${token} of grant ${id}`, 'GET /_emulator/grants lists the tokens by id')
  }
  return respond(c, 'DELETE grants/{id}/tokens/{token}', { revoked: token })
}

async function view(c: AppContext, { grant, revoked, tokens }: GrantView<AccessGrant>) {
  const { configuration, stores } = c.var
  const client = await stores.clients.find(grant.clientId)
  const application = configuration.applications.find(({ id }) => id === grant.applicationId)
  return {
    id: grant.id,
    client: { id: grant.clientId, name: client?.name },
    application: { id: grant.applicationId, name: application?.name },
    email: grant.identity.email,
    resource: grant.resource,
    created_at: formatTime(grant.createdAtSeconds),
    session_ends_at: formatTime(grant.sessionEndsAtSeconds),
    revoked,
    tokens: tokens.map(({ id, issuedAtSeconds, expiresAtSeconds }) => ({
      id,
      issued_at: formatTime(issuedAtSeconds),
      expires_at: formatTime(expiresAtSeconds),
    })),
  }
}
