import type { z } from 'zod'
import { OAuthError } from '../oauth/errors'
import { readJson } from '../request/body'
import type { AppContext } from '../request/context'

/**
 * The JSON body of a control request, through its schema; its event tells it then.
 *
 * @throws OAuthError `invalid_request` that names the member
 */
export async function readControl<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  limit?: number,
): Promise<T> {
  const said = await readJson(c, limit)
  const result = schema.safeParse(said)
  if (result.success) {
    c.set('controlBody', said)
    return result.data
  }
  const [issue] = result.error.issues
  throw new OAuthError(
    'invalid_request',
    `${issue?.path.join('.') || 'the body'}: ${issue?.message}`,
  )
}
