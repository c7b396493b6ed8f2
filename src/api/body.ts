import type { z } from 'zod'
import { deleteUnknownMembers, isObject } from '../access/unknown-members'
import { jsonOf } from '../oauth/encoding'
import { OAuthError } from '../oauth/errors'
import { readText } from '../request/body'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import { isDeep, TOO_DEEP } from '../request/json-depth'
import { ApiError, accessError, type EnvelopeError } from './error'

// An event names at most so many of the members that were dropped.
const MOST_MEMBERS_NAMED = 20

/**
 * Parses the body of a request with a strict schema. Unknown members are dropped, and an event
 * names them.
 *
 * Access: observed [K3].
 *
 * @param refuse makes the error for a reason, with the code of the resource's family
 * @param prefill adds members to the body before it is checked
 * @param describe makes the error for an issue of the schema
 * @throws ApiError with a pointer to each wrong member [V3]
 */
export async function readBody<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  refuse: (reason: string, pointer?: string) => EnvelopeError = accessError,
  prefill: (body: object) => object = (body) => body,
  describe: (issue: z.core.$ZodIssue, body: unknown) => EnvelopeError = (issue) =>
    errorOf(issue, refuse),
): Promise<T> {
  const value = await readValue(c, refuse)
  const input = isObject(value) ? prefill(value) : value
  const members: string[] = []
  for (;;) {
    const result = await schema.safeParseAsync(input)
    if (result.success) {
      if (members.length > 0) {
        const { method, path } = c.req
        const named = members.slice(0, MOST_MEMBERS_NAMED)
        report(c, { kind: 'members-dropped', method, path, members: named })
      }
      return result.data
    }
    const { issues } = result.error
    if (!deleteUnknownMembers(input, issues, members)) {
      const [first, ...rest] = issues.map((issue) => describe(issue, input))
      throw new ApiError(400, first ?? refuse('the body is invalid'), ...rest)
    }
  }
}

async function readValue(c: AppContext, refuse: typeof accessError): Promise<unknown> {
  const text = await readText(c).catch((error) => {
    if (!(error instanceof OAuthError)) throw error
    throw new ApiError(error.status === 413 ? 413 : 400, refuse(error.description))
  })
  // API: observed [V6]. A request without a body has no content type.
  if (text === '') return {}
  const contentType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  // RFC 7644 3.1: SCIM has a type of its own.
  const isJson = contentType === 'application/json' || contentType === 'application/scim+json'
  if (contentType !== undefined && !isJson) {
    throw new ApiError(415, refuse('Content-Type must be application/json'))
  }
  const value = jsonOf(text)
  if (value === undefined) throw new ApiError(400, refuse('the body is not valid JSON'))
  if (isDeep(value)) throw new ApiError(400, refuse(`the body ${TOO_DEEP}`))
  return value
}

function errorOf(issue: z.core.$ZodIssue, refuse: typeof accessError): EnvelopeError {
  // RFC 6901.
  const pointer = issue.path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
  const isObserved = issue.code === 'custom' && issue.params?.isObserved === true
  return refuse(
    isObserved || issue.path.length === 0
      ? issue.message
      : `${issue.path.join('.')}: ${issue.message}`,
    pointer,
  )
}
