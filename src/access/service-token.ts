import * as z from 'zod'
import { sha256 } from '../oauth/encoding'
import { distinct, type RecordKind } from './record-kind'
import type { Timestamps } from './timestamps'

const text = z.string().min(1)
const time = z.iso.datetime({ offset: true })

/**
 * A service token of the settings, with the members of the API. `client_id` ends in `.access`, as
 * Access creates it [K15].
 */
export const serviceTokenSchema = z
  .strictObject({
    id: text,
    name: text,
    client_id: z.string().regex(/^\S+\.access$/, 'expected an id that ends in .access'),
    client_secret: text,
    enabled: z.boolean().default(true),
    expires_at: time.optional(),
  })
  .transform(async ({ client_secret: secret, ...rest }): Promise<ServiceToken> => {
    return {
      ...rest,
      duration: 'forever',
      client_secret_version: 1,
      secretHash: await sha256(secret),
    }
  })

/** A service token as it is stored, with a hash of its secret. */
export type ServiceToken = Timestamps & {
  id: string
  name: string
  client_id: string
  enabled: boolean
  /** A Go duration, or `forever`. */
  duration: string
  expires_at?: string | undefined
  client_secret_version: number
  secretHash: string
  /** The secret before the last rotation, which is accepted until `expires_at`. */
  previous?: { secretHash: string; expires_at: string } | undefined
}

export const serviceTokenKind: RecordKind<ServiceToken> = {
  noun: 'service token',
  idOf: ({ id }) => id,
  schema: z.looseObject({
    id: text,
    name: text,
    client_id: text,
    enabled: z.boolean(),
    duration: text,
    expires_at: time.optional(),
    client_secret_version: z.int(),
    secretHash: text,
    previous: z.object({ secretHash: text, expires_at: time }).optional(),
  }),
  seed: {
    setting: 'SERVICE_TOKENS',
    schema: z.array(serviceTokenSchema).superRefine(distinct('id', 'client_id')).default([]),
  },
}

/** The service token credentials of a request. */
type ServiceCredentials = { clientId: string; clientSecret: string }

const namedHeaderSchema = z.object({
  'cf-access-client-id': z.string(),
  'cf-access-client-secret': z.string(),
})

/** A service token in a request. */
type ShownServiceToken = {
  credentials: ServiceCredentials
  /** The two headers and the application's own header are both present. */
  isTwice: boolean
}

/**
 * Reads the service token of a request from its two headers, or as JSON from the one header that the
 * application names (`read_service_tokens_from_header`). Returns undefined if the request has none.
 *
 * Access: documented [K35].
 */
export function shownServiceToken(
  headers: Headers,
  namedHeader: string | undefined,
): ShownServiceToken | undefined {
  const clientId = headers.get('cf-access-client-id')
  const clientSecret = headers.get('cf-access-client-secret')
  const named = namedServiceCredentials(headers, namedHeader)
  if (clientId !== null || clientSecret !== null) {
    const credentials = { clientId: clientId ?? '', clientSecret: clientSecret ?? '' }
    return { credentials, isTwice: named !== undefined }
  }
  return named && { credentials: named, isTwice: false }
}

/** Reads a service token from the application's own header. Returns undefined if it has none. */
export function namedServiceCredentials(
  headers: Headers,
  namedHeader: string | undefined,
): ServiceCredentials | undefined {
  const named = namedHeader && headers.get(namedHeader)
  return named ? readNamedHeader(named) : undefined
}

/** Finds the service token for credentials, if the secret is right and the token is valid now. */
export async function findServiceToken(
  tokens: readonly ServiceToken[],
  credentials: ServiceCredentials,
  now: number,
): Promise<ServiceToken | undefined> {
  const token = tokens.find((each) => each.client_id === credentials.clientId)
  // Comparing hashes reveals nothing of the secret by its timing.
  const hash = await sha256(credentials.clientSecret)
  return token && isGoodNow(token, now) && hashesNow(token, now).includes(hash) ? token : undefined
}

// Access: documented [K15]. After a rotation, the previous secret may be valid for a while.
function hashesNow({ secretHash, previous }: ServiceToken, now: number): string[] {
  const isPreviousGood = previous && now * 1000 < Date.parse(previous.expires_at)
  return isPreviousGood ? [secretHash, previous.secretHash] : [secretHash]
}

/** Returns whether a token is enabled and has not expired. */
export function isGoodNow(token: ServiceToken, now: number): boolean {
  return (
    token.enabled && (token.expires_at === undefined || now * 1000 < Date.parse(token.expires_at))
  )
}

function readNamedHeader(text: string): ServiceCredentials | undefined {
  try {
    const pairs = Object.entries(JSON.parse(text)).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ])
    const result = namedHeaderSchema.safeParse(Object.fromEntries(pairs))
    if (!result.success) return undefined
    return {
      clientId: result.data['cf-access-client-id'],
      clientSecret: result.data['cf-access-client-secret'],
    }
  } catch {
    return undefined
  }
}
