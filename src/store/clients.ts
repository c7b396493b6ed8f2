import * as z from 'zod'
import { secondsSchema } from '../access/timestamps'
import { hashSecret, newSecret } from '../access/token'
import { CLIENT_AUTH_METHODS } from '../oauth/client-auth'

/** A registered client. `metadata` is what registration was told and answers again. */
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
})
export type Client = z.infer<typeof clientSchema>

/** A client's secret, shown once, with the hash that is kept of it. */
export async function newClientSecret(): Promise<{ secret: string; secretHash: string }> {
  const secret = newSecret()
  return { secret, secretHash: await hashSecret(secret) }
}

/** Whether `secret` is the client's. Hashes are compared, so timing tells nothing of the secret. */
export async function isClientSecret(client: Client, secret: string): Promise<boolean> {
  return client.secretHash !== undefined && client.secretHash === (await hashSecret(secret))
}
