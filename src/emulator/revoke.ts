import * as z from 'zod'
import { emailSchema } from '../access/identity'
import { revocable } from '../access/revocation'
import type { AppContext } from '../request/context'
import { reportEndedConnections } from '../request/events'
import { endConnections } from '../store/connected'
import { requireApplication } from './application'
import { readControl } from './body'
import { respond } from './respond'

export const revocationSchema = z.union(
  [
    z.strictObject({ person: emailSchema }),
    z.strictObject({ deleted_person: emailSchema }),
    z.strictObject({ application: z.string().min(1) }),
    z.strictObject({ person: emailSchema, oauth_client: z.string().min(1) }),
  ],
  'expected {"person":"ada@example.com"}, {"deleted_person":"..."}, {"application":"Demo"} or {"person":"...","oauth_client":"<client_id>"}',
)

/**
 * Handles `POST /_emulator/revoke`: revokes a person's access as an administrator does (`revoke_user`, or
 * deleting the user), or that of an application (`revoke_tokens`). It ends what Access was observed to
 * end [T15, T16], or everything with the setting `REVOCATION = "strict"`. With `oauth_client` it revokes
 * a client as the person does on the dashboard's page of connected applications.
 *
 * @throws OAuthError `invalid_request`
 */
export async function revoke(c: AppContext): Promise<Response> {
  const revocation = await readControl(c, revocationSchema)
  const warning = await warningOf(c, revocation)
  if ('oauth_client' in revocation) {
    const { emulator, stores } = c.var
    const { oauth_client: clientId, person } = revocation
    const ended = await endConnections(emulator, stores, person, clientId)
    reportEndedConnections(c, person, ended, 'emulator')
  } else {
    await c.get('emulator').revoke(keyOf(c, revocation))
  }
  return respond(c, 'POST revoke', { revoked: revocation, ...(warning && { warning }) })
}

// A misspelt address is no error: a revocation also concerns people who have never signed in.
async function warningOf(c: AppContext, revocation: z.infer<typeof revocationSchema>) {
  if ('application' in revocation) return undefined
  const email = 'person' in revocation ? revocation.person : revocation.deleted_person
  const users = [...c.get('settings').PEOPLE, ...(await c.get('emulator').users())]
  if (users.some((each) => each.email === email)) return undefined
  return `${email} is not in PEOPLE, and has never signed in. Check the address.`
}

type AccessRevocation = Exclude<z.infer<typeof revocationSchema>, { oauth_client: string }>

function keyOf(c: AppContext, revocation: AccessRevocation): string {
  if ('person' in revocation) return revocable.person(revocation.person)
  if ('deleted_person' in revocation) return revocable.deletedPerson(revocation.deleted_person)
  const { applications } = c.get('configuration')
  return revocable.application(requireApplication(applications, revocation.application).id)
}
