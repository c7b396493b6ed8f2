import * as z from 'zod'
import type { ServiceToken } from '../../access/service-token'
import { formatTime, timestampsOf } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { save } from '../change'
import { notFound } from '../error'

/** A service token as the API answers it: without its secret. */
export const tokenResult = z.object({
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
/** With it, where it is new. */
export const withSecretResult = tokenResult.extend({ client_secret: z.string() })

/** Keeps a token with a new secret, and shows that once. */
export function shown(token: ServiceToken, secret: string) {
  return {
    edits: [save('serviceTokens', token)],
    result: { ...viewOf(token), client_secret: secret },
  }
}

/** Tokens with when they were last used. */
export async function views(c: AppContext, tokens: ServiceToken[]) {
  const uses = await c.get('emulator').tokenUses()
  return tokens.map((token) => viewOf(token, uses[token.id]))
}

export function viewOf(token: ServiceToken, usedAtSeconds?: number) {
  const { secretHash: _, previous, ...rest } = token
  return {
    ...rest,
    ...(previous && { previous_client_secret_expires_at: previous.expires_at }),
    ...(usedAtSeconds !== undefined && { last_seen_at: formatTime(usedAtSeconds) }),
    ...timestampsOf(token),
  }
}

/** @throws ApiError 404 */
export function requireToken(from: Configuration, params: Record<string, string>): ServiceToken {
  const token = from.serviceTokens.find(({ id }) => id === params.service_token_id)
  if (!token) throw notFound('service_token_not_found')
  return token
}
