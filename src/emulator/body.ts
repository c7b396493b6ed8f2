import type { z } from 'zod'
import { memberNamesAt } from '../access/member-names'
import { suggestionFor } from '../access/nearest-name'
import { OAuthError } from '../oauth/errors'
import { parseJson, readJson, readText } from '../request/body'
import type { AppContext } from '../request/context'
import { isDeep, TOO_DEEP } from '../request/json-depth'

const MOST_NAMED = 5

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
  throw invalidMember(result.error, 'the body', schema)
}

/** Returns the refusal of a body or query: its first problem, with the member that has it. */
export function invalidMember(
  { issues }: z.ZodError,
  whole: string,
  schema: z.ZodType,
): OAuthError {
  // A member that is missing may be there under a misspelt name.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const where = issue?.path.join('.') || whole
  return new OAuthError('invalid_request', `${where}: ${issue && messageOf(issue, schema)}`)
}

function messageOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `it is missing, expected ${issue.expected}`
  }
  // A schema may have a sentence of its own.
  if (issue.code !== 'unrecognized_keys' || !/^Unrecognized key/.test(issue.message)) {
    return issue.message
  }
  const known = memberNamesAt(schema, issue.path)
  const unknown = issue.keys
    .slice(0, MOST_NAMED)
    .map((key) => `unknown member ${key}, ${suggestionFor(key, known)}`)
  return unknown.join('; ')
}
