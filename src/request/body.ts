import { shownParameters } from '../events/shown'
import { OAuthError } from '../oauth/errors'
import { BODY_LIMIT_BYTES, bodyText, formParameters, type Parameters } from '../oauth/parameters'
import { bytesWithin } from './bytes'
import type { AppContext } from './context'
import { note } from './events'
import { oncePerRequest } from './once'

/**
 * Reads the form of a request, once.
 *
 * @throws OAuthError `invalid_request`: another content type, too long, not UTF-8, repeated
 *   parameters (RFC 6749 3.2)
 */
export const readForm = oncePerRequest(async function read(c): Promise<Parameters> {
  const parameters = formParameters(c.req.header('content-type'), await readBytes(c))
  note(c, { form: shownParameters(parameters) })
  return parameters
})

/**
 * Parses a request's JSON body into an unchecked value.
 *
 * @param limit the longest body, in bytes
 * @throws OAuthError `invalid_request`: another content type, too long, not UTF-8, not JSON
 */
export async function readJson(c: AppContext, limit = BODY_LIMIT_BYTES): Promise<unknown> {
  const contentType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (contentType !== 'application/json') {
    throw new OAuthError('invalid_request', 'Content-Type must be application/json')
  }
  return parseJson(await readText(c, limit))
}

/**
 * Parses the text of a JSON body into an unchecked value.
 *
 * @throws OAuthError `invalid_request`
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OAuthError('invalid_request', 'the body is not valid JSON')
  }
}

/**
 * Reads a request's body as text.
 *
 * @throws OAuthError `invalid_request`: too long, not UTF-8
 */
export async function readText(c: AppContext, limit = BODY_LIMIT_BYTES): Promise<string> {
  return bodyText(await readBytes(c, limit))
}

async function readBytes(c: AppContext, limit = BODY_LIMIT_BYTES): Promise<ArrayBuffer> {
  const bytes = await bytesWithin(c.req.raw, limit)
  if (bytes) return bytes
  throw new OAuthError('invalid_request', `the body is longer than ${limit} bytes`, { status: 413 })
}
