import * as z from 'zod'
import { secondsSchema } from '../access/timestamps'
import { hashSecret, newSecret } from '../access/token'
import { CLIENT_AUTH_METHODS } from '../oauth/client-auth'

/**
 * A registered client. `metadata` has the members of the registration request, which the response
 * repeats.
 */
export const clientSchema = z.object({
  clientId: z.string(),
  secretHash: z.string().optional(),
  tokenEndpointAuthMethod: z.enum(CLIENT_AUTH_METHODS),
  redirectUris: z.array(z.string()),
  grantTypes: z.array(z.string()),
  responseTypes: z.array(z.string()),
  name: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()),
  issuedAtSeconds: secondsSchema,
  /** Whether the client is registered with the second team (`access/team-domain.ts`). */
  isOfSecondTeam: z.literal(true).optional(),
})
export type Client = z.infer<typeof clientSchema>

/** Returns a new client secret, which is shown once, and its hash, which is stored. */
export async function newClientSecret(): Promise<{ secret: string; secretHash: string }> {
  const secret = newSecret()
  return { secret, secretHash: await hashSecret(secret) }
}

/**
 * Returns whether `secret` is the client's. It compares hashes, so timing reveals nothing about the
 * secret.
 */
export async function isClientSecret(client: Client, secret: string): Promise<boolean> {
  return client.secretHash !== undefined && client.secretHash === (await hashSecret(secret))
}
