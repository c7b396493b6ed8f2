import type { z } from 'zod'
import { OAuthError } from '../oauth/errors'
import { readJson } from '../request/body'
import type { AppContext } from '../request/context'
import { isDeep, TOO_DEEP } from '../request/json-depth'

/**
 * Reads the JSON body of a control request with its schema, and keeps it for the request's event.
 *
 * @throws OAuthError `invalid_request`, which names the member and what was expected
 */
export async function readControl<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  limit?: number,
): Promise<T> {
  const body = await readJson(c, limit)
  if (isDeep(body)) throw new OAuthError('invalid_request', `the body ${TOO_DEEP}`)
  const result = schema.safeParse(body)
  if (result.success) {
    c.set('controlBody', body)
    return result.data
  }
  throw invalidMember(result.error, 'the body')
}

/** Returns the refusal of a body or query: its first problem, with the member that has it. */
export function invalidMember({ issues: [issue] }: z.ZodError, whole: string): OAuthError {
  return new OAuthError('invalid_request', `${issue?.path.join('.') || whole}: ${issue?.message}`)
}
