import * as z from 'zod'
import { emailSchema } from '../../access/identity'
import { isStrictForGood, organizationMembersSchema } from '../../access/organization'
import { revocable } from '../../access/revocation'
import { formatTime, timestampsOf } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { RecordOf } from '../../store/kinds'
import { change, save } from '../change'
import { ApiError, invalidRequest } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { findUser } from './users'
import { reportWithoutEffect } from './without-effect'

const PERMISSIONS = accepted('access-acct', 'access-org')

const PATH = '/access/organizations'

const changesSchema = organizationMembersSchema.extend({
  auth_domain: z.string().min(1).optional(),
  trusted_accounts: z.array(z.string()).optional(),
})
const createSchema = organizationMembersSchema.extend({
  auth_domain: z.string().min(1),
  name: z.string().min(1),
})
const organizationResult = organizationMembersSchema.extend({
  auth_domain: z.string(),
  trusted_accounts: z.array(z.string()),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

// API: observed [V19]. The SDK sends `devices` as `body_devices`.
const revocationSchema = z.strictObject({
  email: emailSchema,
  user_uid: z.string().optional(),
  devices: z.boolean().optional(),
  body_devices: z.boolean().optional(),
  warp_session_reauth: z.boolean().optional(),
})

/** `/access/organizations`: there is always exactly one. Access: modelled by others [K18]. */
export const organizations: Operation[] = [
  operation({
    method: 'get',
    path: PATH,
    summary: 'Get the Zero Trust organization',
    permissions: PERMISSIONS.read,
    result: organizationResult,
    handle: (c) => view(c, c.get('configuration').organization),
  }),
  operation({
    method: 'post',
    path: PATH,
    summary: 'Create the Zero Trust organization',
    permissions: PERMISSIONS.write,
    status: 201,
    body: createSchema,
    result: organizationResult,
    handle() {
      const message = 'access.api.error.conflict: organization already exists'
      throw new ApiError(400, { code: 11002, message })
    },
  }),
  // Assumed: as all members are optional, PUT changes only those that it sends, like PATCH.
  ...(['put', 'patch'] as const).map((method) =>
    operation({
      method,
      path: PATH,
      summary: 'Update the Zero Trust organization',
      permissions: PERMISSIONS.write,
      body: changesSchema,
      result: organizationResult,
      async handle(c, { body }) {
        const { auth_domain, trusted_accounts: _, ...changes } = body
        const changed = await change(c, (from) => {
          if (auth_domain !== undefined && auth_domain !== c.get('team').host) {
            throw invalidRequest(
              `auth_domain cannot be changed here: expected ${c.get('team').host}, the host of the setting TEAM_DOMAIN`,
              '/auth_domain',
            )
          }
          // Access: documented [K19]. Assumed: the text.
          if (isStrictForGood(from.organization) && changes.strict_service_token_auth === false) {
            throw invalidRequest(
              'strict_service_token_auth is locked for organizations that were created on 2026-10-05 or later',
              '/strict_service_token_auth',
            )
          }
          const updated_at = formatTime(c.get('now'))
          const organization = { ...from.organization, ...changes, updated_at }
          return {
            edits: [save('organizations', organization)],
            result: view(c, organization),
          }
        })
        reportWithoutEffect(c, 'organization', changes)
        return changed
      },
    }),
  ),
  operation({
    method: 'post',
    path: `${PATH}/revoke_user`,
    summary: 'Revoke the sessions of a user',
    permissions: ['access-acct.revoke', 'access-org.revoke', 'access-acct.write'],
    query: z.object({ devices: z.string().optional() }),
    body: revocationSchema,
    result: z.boolean(),
    // Access: observed [T15]. The setting REVOCATION decides what ends. Assumed: the result is
    // false if no user has the address.
    async handle(c, { body }) {
      const user = await findUser(c, (each) => each.email === body.email)
      await c.get('emulator').revoke(revocable.person(body.email))
      return user !== undefined
    },
  }),
]

function view(c: AppContext, organization: RecordOf<'organizations'>) {
  return {
    ...organization,
    auth_domain: c.get('team').host,
    trusted_accounts: [],
    ...timestampsOf(organization),
  }
}
