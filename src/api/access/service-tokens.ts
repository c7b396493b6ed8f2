import * as z from 'zod'
import { durationSeconds } from '../../access/duration'
import { formatTime, stamped } from '../../access/timestamps'
import { change, deletion, save } from '../change'
import { pageOf, pageQuery } from '../envelope'
import { ApiError } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { isNamedBy, nameQuery, timeSchema } from '../query'
import { referrersOf } from '../references'
import { expiryOf, newSecret, rotated } from './service-token-secret'
import {
  requireToken,
  saveWithSecret,
  tokenResult,
  viewOf,
  views,
  withSecretResult,
} from './service-token-view'

const PERMISSIONS = accepted('access-service-token')

const LIST = '/access/service_tokens'
const ONE = `${LIST}/:service_token_id`

const durationSchema = z
  .string()
  .refine(
    (text) => text === 'forever' || (durationSeconds(text) ?? 0) >= 1,
    'expected a duration such as "8760h", or "forever"',
  )
const members = {
  duration: durationSchema.optional(),
  enabled: z.boolean().optional(),
  client_secret_version: z.int().positive().optional(),
  previous_client_secret_expires_at: timeSchema.optional(),
}
const createSchema = z.strictObject({ name: z.string().min(1), ...members })
const updateSchema = z.strictObject({ name: z.string().min(1).optional(), ...members })

/** `/access/service_tokens`, of accounts and of zones. Access: documented [K15]. */
export const serviceTokens: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List service tokens',
    permissions: PERMISSIONS.read,
    query: z.object({ ...pageQuery, ...nameQuery }),
    result: tokenResult,
    isList: true,
    async handle(c, { query }) {
      const found = c.get('configuration').serviceTokens.filter(isNamedBy(query))
      const { items, ...page } = pageOf(found, query)
      return { items: await views(c, items), ...page }
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a service token',
    permissions: PERMISSIONS.write,
    status: 201,
    body: createSchema,
    result: withSecretResult,
    handle: (c, { body }) =>
      change(c, async () => {
        const { secret, secretHash } = await newSecret()
        const duration = body.duration ?? '8760h'
        const token = {
          id: crypto.randomUUID(),
          name: body.name,
          client_id: `${crypto.randomUUID().replaceAll('-', '')}.access`,
          enabled: body.enabled ?? true,
          duration,
          expires_at: expiryOf(duration, c.get('now')),
          client_secret_version: body.client_secret_version ?? 1,
          secretHash,
        }
        return saveWithSecret(stamped(token, c.get('now')), secret)
      }),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a service token',
    permissions: PERMISSIONS.read,
    result: tokenResult,
    async handle(c, { params }) {
      const [view] = await views(c, [requireToken(c.get('configuration'), params)])
      return view
    },
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Update a service token',
    permissions: PERMISSIONS.write,
    body: updateSchema,
    result: tokenResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const before = requireToken(from, params)
        const { client_secret_version: version, previous_client_secret_expires_at, ...rest } = body
        const token = { ...before, ...rest, updated_at: formatTime(c.get('now')) }
        if (rest.duration !== undefined) token.expires_at = expiryOf(rest.duration, c.get('now'))
        // Access: documented [K15]. A higher version rotates the secret.
        if (version === undefined || version <= before.client_secret_version) {
          return { edits: [save('serviceTokens', token)], result: viewOf(token) }
        }
        const { token: next, secret } = await rotated(token, previous_client_secret_expires_at)
        return saveWithSecret({ ...next, client_secret_version: version }, secret)
      }),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a service token',
    permissions: PERMISSIONS.write,
    result: tokenResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const token = requireToken(from, params)
        const [referrer] = referrersOf(from, 'serviceTokens', token.id)
        if (referrer) throw inUse(referrer)
        return { edits: [deletion('serviceTokens', token.id)], result: viewOf(token) }
      }),
  }),
]

// Access: modelled by others [K16].
function inUse(referrer: string): ApiError {
  const message = `access.api.error.service_token_in_use: the service token is used by ${referrer}`
  return new ApiError(400, { code: 12132, message })
}
