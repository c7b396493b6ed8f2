import { PageError } from '../pages/page-error'
import { readText } from '../request/body'
import type { AppContext } from '../request/context'
import { oncePerRequest } from '../request/once'
import { onPage } from '../signin/browser'

/**
 * Reads the form parameters of a protocol request; a body of another type has none.
 *
 * Dashboard: documented [D33]. The first of a repeated parameter counts (Go's `Form.Get`); RFC 6749
 * 3.2 would refuse the request.
 *
 * @throws OAuthError `invalid_request`: too long, not UTF-8
 */
export const readParameters = oncePerRequest(async function read(c): Promise<URLSearchParams> {
  const contentType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  const isForm = contentType === 'application/x-www-form-urlencoded'
  return new URLSearchParams(isForm ? await readText(c) : '')
})

/**
 * Reads the form of one of our pages. A list is a repeated field.
 *
 * @throws PageError
 */
export async function readPageFields(c: AppContext): Promise<URLSearchParams> {
  return onPage(() => readParameters(c))
}

/**
 * Returns the value of a field that allows these values only.
 *
 * @throws PageError
 */
export function oneOf<T extends string>(fields: URLSearchParams, name: string, values: T[]): T {
  const found = values.find((value) => value === fields.get(name))
  if (found) return found
  throw new PageError(400, 'Invalid form', `${name} must be ${values.join(' or ')}.`)
}
