import * as z from 'zod'
import { emailSchema } from '../access/identity'
import { revocable } from '../access/revocation'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'
import { reportEndedConnections } from '../request/events'
import { endConnections } from '../store/connected'
import { readControl } from './body'
import { respond } from './respond'

const revocationSchema = z.union(
  [
    z.strictObject({ person: emailSchema }),
    z.strictObject({ deleted_person: emailSchema }),
    z.strictObject({ application: z.string().min(1) }),
    z.strictObject({ person: emailSchema, oauth_client: z.string().min(1) }),
  ],
  'expected {"person":"ada@example.com"}, {"deleted_person":"..."}, {"application":"Demo"} or {"person":"...","oauth_client":"<client_id>"}',
)

/**
 * `POST /_emulator/revoke`: what an administrator does to a person (`revoke_user`, or deleting the
 * user) or to an application (`revoke_tokens`). What that ends is as observed [T15, T16], or all of
 * it with the setting `REVOCATION = "strict"`. With `oauth_client`, what the person does themselves on
 * the dashboard's page of connected applications.
 *
 * @throws OAuthError `invalid_request`
 */
export async function revoke(c: AppContext): Promise<Response> {
  const revocation = await readControl(c, revocationSchema)
  if ('oauth_client' in revocation) {
    const { emulator, stores } = c.var
    const { oauth_client: clientId, person } = revocation
    const ended = await endConnections(emulator, stores, person, clientId)
    reportEndedConnections(c, person, ended, 'emulator')
  } else {
    await c.get('emulator').revoke(keyOf(c, revocation))
  }
  return respond(c, 'POST revoke', { revoked: revocation })
}

type OfAccess = Exclude<z.infer<typeof revocationSchema>, { oauth_client: string }>

function keyOf(c: AppContext, revocation: OfAccess): string {
  if ('person' in revocation) return revocable.person(revocation.person)
  if ('deleted_person' in revocation) return revocable.deletedPerson(revocation.deleted_person)
  const { application } = revocation
  const found = c
    .get('configuration')
    .applications.find(({ id, name }) => id === application || name === application)
  if (!found) throw new OAuthError('invalid_request', `application: there is no ${application}`)
  return revocable.application(found.id)
}
