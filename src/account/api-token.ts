import * as z from 'zod'
import { sha256 } from '../oauth/encoding'
import { permissionNamed } from './permission-names'

/** An API token of the settings, with its permissions by their Cloudflare names. */
export const apiTokenSchema = z
  .strictObject({
    name: z.string().min(1),
    token: z.string().min(1),
    // A name that is unknown is a problem of the API alone (`unknownPermissions`).
    permissions: z.array(z.string().transform((name) => permissionNamed(name) ?? name)),
    expires_on: z.iso.datetime({ offset: true }).optional(),
  })
  .transform(async ({ token, ...rest }) => ({ ...rest, tokenHash: await sha256(token) }))

type ApiToken = z.infer<typeof apiTokenSchema>

/** Returns the places of permissions that no permission of Cloudflare has as its name. */
export function unknownPermissions(
  tokens: readonly ApiToken[],
): { path: PropertyKey[]; name: string }[] {
  return tokens.flatMap(({ permissions }, token) =>
    permissions.flatMap((name, index) =>
      permissionNamed(name) ? [] : [{ path: [token, 'permissions', index], name }],
    ),
  )
}
