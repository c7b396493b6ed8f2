import * as z from 'zod'
import { formatTime } from '../../access/timestamps'
import { change, save } from '../change'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { timeSchema } from '../query'
import { expiryOf, rotated } from './service-token-secret'
import { requireToken, shown, tokenResult, viewOf, withSecretResult } from './service-token-view'

const PERMISSIONS = accepted('access-service-token')

const ONE = '/access/service_tokens/:service_token_id'

const rotateSchema = z.strictObject({ previous_client_secret_expires_at: timeSchema.optional() })

/** What only accounts have: the second life of a service token, and its second secret. */
export const serviceTokenLives: Operation[] = [
  operation({
    method: 'post',
    path: `${ONE}/refresh`,
    summary: 'Let a service token live for its duration again',
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
    summary: 'Give a service token a new secret',
    permissions: PERMISSIONS.write,
    body: rotateSchema,
    result: withSecretResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const before = { ...requireToken(from, params), updated_at: formatTime(c.get('now')) }
        const { token, secret } = await rotated(before, body.previous_client_secret_expires_at)
        return shown(token, secret)
      }),
  }),
]
