import type { z } from 'zod'
import { OAuthError } from '../oauth/errors'
import { readText } from '../request/body'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import { ApiError, accessError, type EnvelopeError } from './error'

// What is read with a record and may be sent back with it: dropped without a word.
const READ_ONLY = new Set([
  'id',
  'aud',
  'uid',
  'created_at',
  'updated_at',
  'reusable',
  'app_count',
  'read_only',
  'client_id',
  'expires_at',
  'last_seen_at',
  'access_seat',
  'gateway_seat',
  'seat_uid',
  'active_device_count',
  'last_successful_login',
])

const DEEPEST = 50

/**
 * The body of a request through its schema, which is a strict one: members that there are none of
 * are dropped, as Access does (observed by others, C.1), and an event names them.
 *
 * @param code the code of the family's refusals, with the message that goes with a reason
 * @throws ApiError with a pointer to each wrong member
 */
export async function readBody<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  refuse: (reason: string, pointer?: string) => EnvelopeError = accessError,
  prefill: (body: object) => object = (body) => body,
): Promise<T> {
  const value = await readValue(c, refuse)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const input = isObject ? prefill(value) : value
  const members: string[] = []
  for (;;) {
    const result = await schema.safeParseAsync(input)
    if (result.success) {
      if (members.length > 0) {
        const { method, path } = c.req
        report(c, { kind: 'members-dropped', method, path, members })
      }
      return result.data
    }
    const { issues } = result.error
    if (!issues.some((issue) => drop(input, issue, members))) {
      const [first, ...rest] = issues.map((issue) => errorOf(issue, refuse))
      throw new ApiError(400, first ?? refuse('wrong'), ...rest)
    }
  }
}

async function readValue(c: AppContext, refuse: typeof accessError): Promise<unknown> {
  const text = await readText(c).catch((error) => {
    if (!(error instanceof OAuthError)) throw error
    throw new ApiError(error.status === 413 ? 413 : 400, refuse(error.description))
  })
  // The SDK sends some requests without a body, and without a content type then.
  if (text === '') return {}
  const contentType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (contentType !== undefined && contentType !== 'application/json') {
    throw new ApiError(415, refuse('Content-Type must be application/json'))
  }
  const value = parsed(text)
  if (value === undefined) throw new ApiError(400, refuse('the body is not valid JSON'))
  if (isDeep(value)) throw new ApiError(400, refuse(`the body is nested deeper than ${DEEPEST}`))
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// What is deeper can be parsed and not be printed again.
function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth > DEEPEST || Object.values(value).some((each) => isDeep(each, depth + 1))
}

// Whether it was about members that there are none of, which are gone then.
function drop(input: unknown, issue: z.core.$ZodIssue, members: string[]): boolean {
  if (issue.code !== 'unrecognized_keys') return false
  let holder = input
  for (const part of issue.path) holder = (holder as Record<PropertyKey, unknown>)[part]
  for (const key of issue.keys) {
    delete (holder as Record<string, unknown>)[key]
    if (!READ_ONLY.has(key)) members.push([...issue.path, key].join('.'))
  }
  return true
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
