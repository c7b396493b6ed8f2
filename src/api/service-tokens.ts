import { z } from 'zod'
import { durationSeconds } from '../access/duration'
import type { ServiceToken } from '../access/service-token'
import { formatTime, timestampsOf } from '../access/timestamps'
import type { AppContext } from '../env'
import type { Configuration } from '../store/configuration'
import { change, deletion, save } from './change'
import { pageOf, pageQuery } from './envelope'
import { ApiError, notFound } from './error'
import { type Operation, operation } from './operation'
import { ENOUGH } from './permissions'
import { contains, listOf } from './query'
import { usersOf } from './references'
import { expiryOf, newSecret, rotated } from './service-token-secret'

const LIST = '/access/service_tokens'
const ONE = `${LIST}/:service_token_id`

const durationSchema = z
  .string()
  .refine(
    (text) => text === 'forever' || (durationSeconds(text) ?? 0) >= 1,
    'expected a duration such as "8760h", or "forever"',
  )
const timeSchema = z.iso.datetime({ offset: true, error: 'expected an RFC 3339 time' })
const members = {
  duration: durationSchema.optional(),
  enabled: z.boolean().optional(),
  client_secret_version: z.int().positive().optional(),
  previous_client_secret_expires_at: timeSchema.optional(),
}
const createSchema = z.strictObject({ name: z.string().min(1), ...members })
const updateSchema = z.strictObject({ name: z.string().min(1).optional(), ...members })
const rotateSchema = z.strictObject({ previous_client_secret_expires_at: timeSchema.optional() })

const tokenResult = z.object({
  id: z.string(),
  name: z.string(),
  client_id: z.string(),
  duration: z.string(),
  enabled: z.boolean(),
  client_secret_version: z.int(),
  expires_at: z.iso.datetime().optional(),
  previous_client_secret_expires_at: z.iso.datetime().optional(),
  last_seen_at: z.iso.datetime().optional(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
const withSecretResult = tokenResult.extend({ client_secret: z.string() })

/** `/access/service_tokens` on accounts and zones (section C.4). */
export const serviceTokens: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List service tokens',
    permissions: ENOUGH.readServiceTokens,
    query: listOf({ ...pageQuery, name: z.string().optional(), search: z.string().optional() }),
    result: tokenResult,
    isList: true,
    async handle(c, { query }) {
      const found = c.var.configuration.serviceTokens.filter(
        ({ name }) =>
          (query.name === undefined || name === query.name) && contains(name, query.search),
      )
      const { items, ...page } = pageOf(found, query)
      return { items: await views(c, items), ...page }
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a service token',
    permissions: ENOUGH.writeServiceTokens,
    status: 201,
    body: createSchema,
    result: withSecretResult,
    handle: (c, { body }) =>
      change(c, async () => {
        const now = formatTime(c.var.now)
        const { secret, secretHash } = await newSecret()
        const duration = body.duration ?? '8760h'
        const token: ServiceToken = {
          id: crypto.randomUUID(),
          name: body.name,
          client_id: `${crypto.randomUUID().replaceAll('-', '')}.access`,
          enabled: body.enabled ?? true,
          duration,
          expires_at: expiryOf(duration, c.var.now),
          client_secret_version: body.client_secret_version ?? 1,
          secretHash,
          created_at: now,
          updated_at: now,
        }
        return shown(token, secret)
      }),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a service token',
    permissions: ENOUGH.readServiceTokens,
    result: tokenResult,
    async handle(c, { params }) {
      const [view] = await views(c, [requireToken(c.var.configuration, params)])
      return view
    },
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Update a service token',
    permissions: ENOUGH.writeServiceTokens,
    body: updateSchema,
    result: tokenResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const before = requireToken(from, params)
        const { client_secret_version: version, previous_client_secret_expires_at, ...rest } = body
        const token = { ...before, ...rest, updated_at: formatTime(c.var.now) }
        if (rest.duration !== undefined) token.expires_at = expiryOf(rest.duration, c.var.now)
        // Access: documented (API reference). A higher version is a rotation.
        if (version === undefined || version <= before.client_secret_version) {
          return { edits: [save('serviceTokens', token.id, token)], result: viewOf(token) }
        }
        const { token: next, secret } = await rotated(token, previous_client_secret_expires_at)
        return shown({ ...next, client_secret_version: version }, secret)
      }),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a service token',
    permissions: ENOUGH.writeServiceTokens,
    result: tokenResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const token = requireToken(from, params)
        const [user] = usersOf(from, 'service_token', token.id)
        // Assumed (C.4): refused, and the code.
        if (user) throw inUse(user)
        return { edits: [deletion('serviceTokens', token.id)], result: viewOf(token) }
      }),
  }),
]

/** What only accounts have: the second life of a service token, and its second secret. */
export const serviceTokenLives: Operation[] = [
  operation({
    method: 'post',
    path: `${ONE}/refresh`,
    summary: 'Let a service token live for its duration again',
    permissions: ENOUGH.writeServiceTokens,
    result: tokenResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const before = requireToken(from, params)
        const expires_at = expiryOf(before.duration, c.var.now)
        const token = { ...before, expires_at, updated_at: formatTime(c.var.now) }
        return { edits: [save('serviceTokens', token.id, token)], result: viewOf(token) }
      }),
  }),
  operation({
    method: 'post',
    path: `${ONE}/rotate`,
    summary: 'Give a service token a new secret',
    permissions: ENOUGH.writeServiceTokens,
    body: rotateSchema,
    result: withSecretResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const before = { ...requireToken(from, params), updated_at: formatTime(c.var.now) }
        const { token, secret } = await rotated(before, body.previous_client_secret_expires_at)
        return shown(token, secret)
      }),
  }),
]

function shown(token: ServiceToken, secret: string) {
  return {
    edits: [save('serviceTokens', token.id, token)],
    result: { ...viewOf(token), client_secret: secret },
  }
}

async function views(c: AppContext, tokens: ServiceToken[]) {
  const uses = await c.var.emulator.tokenUses()
  return tokens.map((token) => viewOf(token, uses[token.id]))
}

function viewOf(token: ServiceToken, usedAtSeconds?: number) {
  const { secretHash: _, previous, ...rest } = token
  return {
    ...rest,
    ...(previous && { previous_client_secret_expires_at: previous.expires_at }),
    ...(usedAtSeconds !== undefined && { last_seen_at: formatTime(usedAtSeconds) }),
    ...timestampsOf(token),
  }
}

function requireToken(from: Configuration, params: Record<string, string>): ServiceToken {
  const token = from.serviceTokens.find(({ id }) => id === params.service_token_id)
  if (!token) throw notFound('service_token_not_found')
  return token
}

function inUse(user: string): ApiError {
  const message = `access.api.error.service_token_in_use: the service token is used by ${user}`
  return new ApiError(400, { code: 12132, message })
}
