import { z } from 'zod'
import { emailSchema } from '../access/identity'
import { revocable } from '../access/revocation'
import type { AppContext } from '../env'
import { OAuthError } from '../oauth/errors'
import { readControl } from './body'

const revocationSchema = z.union(
  [
    z.strictObject({ person: emailSchema }),
    z.strictObject({ deleted_person: emailSchema }),
    z.strictObject({ application: z.string().min(1) }),
  ],
  'expected {"person":"ada@example.com"}, {"deleted_person":"..."} or {"application":"Demo"}',
)

/**
 * `POST /_emulator/revoke`: what an administrator does to a person (`revoke_user`, or deleting the
 * user) or to an application (`revoke_tokens`). What that ends is as observed [T15, T16], or all of
 * it with the setting `REVOCATION = "strict"`.
 *
 * @throws OAuthError `invalid_request`
 */
export async function revoke(c: AppContext): Promise<Response> {
  const revocation = await readControl(c, revocationSchema)
  await c.var.emulator.revoke(keyOf(c, revocation))
  return c.json({ revoked: revocation })
}

function keyOf(c: AppContext, revocation: z.infer<typeof revocationSchema>): string {
  if ('person' in revocation) return revocable.person(revocation.person)
  if ('deleted_person' in revocation) return revocable.deletedPerson(revocation.deleted_person)
  const { application } = revocation
  const found = c.var.settings.APPLICATIONS.find(
    ({ id, name }) => id === application || name === application,
  )
  if (!found) throw new OAuthError('invalid_request', `application: there is no ${application}`)
  return revocable.application(found.id)
}
