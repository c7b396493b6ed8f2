import type { z } from 'zod'
import { OAuthError } from '../oauth/errors'
import { parseJson, readJson, readText } from '../request/body'
import type { AppContext } from '../request/context'
import { isDeep, TOO_DEEP } from '../request/json-depth'

/**
 * Reads the JSON body of a control request with its schema, and keeps it for the request's event. A request
 * without `Origin` comes from no web page, so its `Content-Type` need not be that of JSON: curl sends the
 * type of a form. No body is read as `{}`.
 *
 * @throws OAuthError `invalid_request`, which names the member and what was expected
 */
export async function readControl<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  limit?: number,
): Promise<T> {
  const isOfPage = c.req.header('origin') !== undefined
  const body = isOfPage ? await readJson(c, limit) : parseJson((await readText(c, limit)) || '{}')
  if (isDeep(body)) throw new OAuthError('invalid_request', `the body ${TOO_DEEP}`)
  const result = schema.safeParse(body)
  if (result.success) {
    c.set('controlBody', body)
    return result.data
  }
  throw invalidMember(result.error, 'the body')
}

// A state may have thousands.
const SHOWN_PROBLEMS = 3

/** Returns the refusal of a body or query: its first problems, each with the member that has it. */
export function invalidMember({ issues }: z.ZodError, whole: string): OAuthError {
  const problems = issues.slice(0, SHOWN_PROBLEMS).map((each) => inWords(each, whole))
  return new OAuthError('invalid_request', problems.join('; '))
}

function inWords(issue: z.core.$ZodIssue, whole: string): string {
  const member = issue.path.join('.')
  // A schema may have a message of its own.
  if (issue.code === 'unrecognized_keys' && issue.message.startsWith('Unrecognized key')) {
    const names = issue.keys.map((key) => [...issue.path, key].join('.')).join(', ')
    return `unknown member ${names}`
  }
  if (member && issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `${member} is missing`
  }
  return `${member || whole}: ${issue.message}`
}
