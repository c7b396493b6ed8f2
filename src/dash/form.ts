import { PageError } from '../pages/respond'
import { readText } from '../request/body'
import type { AppContext } from '../request/context'
import { oncePerRequest } from '../request/once'
import { onPage } from '../signin/browser'

/**
 * The parameters of a request to one of the protocol's endpoints; none, where the body is no form.
 *
 * Dashboard: engine. Of a repeated parameter the first counts (Go's `Form.Get`), which is not refused
 * as RFC 6749 3.2 has it.
 *
 * @throws OAuthError `invalid_request`: too long, not UTF-8
 */
export const readParameters = oncePerRequest(async function read(c): Promise<URLSearchParams> {
  const contentType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  const isForm = contentType === 'application/x-www-form-urlencoded'
  return new URLSearchParams(isForm ? await readText(c) : '')
})

/**
 * The form of one of our pages whose fields may be repeated: a list is one field for each entry.
 *
 * @throws PageError
 */
export async function readPageFields(c: AppContext): Promise<URLSearchParams> {
  return onPage(() => readParameters(c))
}

/** The value of a field that has one of these. */
export function oneOf<T extends string>(fields: URLSearchParams, name: string, values: T[]): T {
  const found = values.find((value) => value === fields.get(name))
  if (found) return found
  throw new PageError(400, 'Invalid form', `${name} must be ${values.join(' or ')}.`)
}
