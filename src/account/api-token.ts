import * as z from 'zod'
import { sha256 } from '../oauth/encoding'
import { SCOPES } from './scopes'

const NAMES = new Set(SCOPES.map(({ name }) => name))

/** An API token of the settings, with its permissions by their Cloudflare names. */
export const apiTokenSchema = z
  .strictObject({
    name: z.string().min(1),
    token: z.string().min(1),
    permissions: z.array(
      z
        .string()
        .refine(
          (name) => NAMES.has(name),
          'expected the name of a permission, such as "Access: Apps and Policies Write"',
        ),
    ),
    expires_on: z.iso.datetime({ offset: true }).optional(),
  })
  .transform(async ({ token, ...rest }) => ({ ...rest, tokenHash: await sha256(token) }))
