import * as z from 'zod'
import type { ServiceToken } from '../../access/service-token'
import { formatTime, timestampsOf } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { save } from '../change'
import { notFound } from '../error'

/** The schema of a service token in a response, without its secret. */
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
/** The schema of a service token whose secret is new, with the secret. */
export const withSecretResult = tokenResult.extend({ client_secret: z.string() })

/** Returns the edit that stores a token with a new secret, and the result that shows it once. */
export function saveWithSecret(token: ServiceToken, secret: string) {
  return {
    edits: [save('serviceTokens', token)],
    result: { ...viewOf(token), client_secret: secret },
  }
}

/** Returns tokens with the time of their last use. Access: documented [K17]. */
export async function views(c: AppContext, tokens: ServiceToken[]) {
  const uses = await c.get('emulator').directory.tokenUses()
  return tokens.map((token) => viewOf(token, uses[token.id]))
}

/** Returns a token as the API shows it. */
export function viewOf(token: ServiceToken, usedAtSeconds?: number) {
  const { secretHash: _, previous, ...rest } = token
  return {
    ...rest,
    ...(previous && { previous_client_secret_expires_at: previous.expires_at }),
    ...(usedAtSeconds !== undefined && { last_seen_at: formatTime(usedAtSeconds) }),
    ...timestampsOf(token),
  }
}

/** Returns a token, or throws an ApiError 404. */
export function requireToken(from: Configuration, params: Record<string, string>): ServiceToken {
  const token = from.serviceTokens.find(({ id }) => id === params.service_token_id)
  if (!token) throw notFound('service_token_not_found')
  return token
}
