import * as z from 'zod'
import { formatTime } from '../../access/timestamps'
import { change, save } from '../change'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { timeSchema } from '../query'
import { expiryOf, rotated } from './service-token-secret'
import {
  requireToken,
  saveWithSecret,
  tokenResult,
  viewOf,
  withSecretResult,
} from './service-token-view'

const PERMISSIONS = accepted('access-service-token')

const ONE = '/access/service_tokens/:service_token_id'

const rotateSchema = z.strictObject({ previous_client_secret_expires_at: timeSchema.optional() })

/** Extending and rotating service tokens, which only accounts can. Access: documented [K15]. */
export const serviceTokenLives: Operation[] = [
  operation({
    method: 'post',
    path: `${ONE}/refresh`,
    summary: 'Extend a service token by its duration',
    permissions: PERMISSIONS.write,
    result: tokenResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const before = requireToken(from, params)
        const expires_at = expiryOf(before.duration, c.get('now'))
        const token = { ...before, expires_at, updated_at: formatTime(c.get('now')) }
        return { edits: [save('serviceTokens', token)], result: viewOf(token) }
      }),
  }),
  operation({
    method: 'post',
    path: `${ONE}/rotate`,
    summary: 'Rotate the secret of a service token',
    permissions: PERMISSIONS.write,
    body: rotateSchema,
    result: withSecretResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const before = { ...requireToken(from, params), updated_at: formatTime(c.get('now')) }
        const { token, secret } = await rotated(before, body.previous_client_secret_expires_at)
        return saveWithSecret(token, secret)
      }),
  }),
]
