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
  if ('oauth_client' in revocation) {
    const { emulator, stores } = c.var
    const { oauth_client: clientId, person } = revocation
    const ended = await endConnections(emulator, stores, person, clientId)
    reportEndedConnections(c, person, ended, 'emulator')
  } else {
    await c.get('emulator').revoke(keyOf(c, revocation))
  }
  const note = await unknownPerson(c, revocation)
  return respond(c, 'POST revoke', { revoked: revocation, ...(note && { note }) })
}

// Anybody can sign in later, so this is no error.
async function unknownPerson(
  c: AppContext,
  revocation: z.infer<typeof revocationSchema>,
): Promise<string | undefined> {
  if ('application' in revocation) return undefined
  const email = 'person' in revocation ? revocation.person : revocation.deleted_person
  const known = [...c.get('settings').PEOPLE, ...(await c.get('emulator').directory.users())]
  if (known.some((each) => each.email === email)) return undefined
  return `${email} is not in PEOPLE and has never signed in: check the address`
}

type AccessRevocation = Exclude<z.infer<typeof revocationSchema>, { oauth_client: string }>

function keyOf(c: AppContext, revocation: AccessRevocation): string {
  if ('person' in revocation) return revocable.person(revocation.person)
  if ('deleted_person' in revocation) return revocable.deletedPerson(revocation.deleted_person)
  const { applications } = c.get('configuration')
  return revocable.application(requireApplication(applications, revocation.application).id)
}
