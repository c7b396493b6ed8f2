import type * as z from 'zod'
import { ApiError, type EnvelopeError } from '../../error'

const INVALID = 7001

/** Returns a validation error of the API of MCP portals. API: observed [MP2, MP3]. */
export function mcpProblem(message: string, path: (string | number)[] = []): EnvelopeError {
  return { code: INVALID, message, path: ['body', ...path] }
}

/** Returns the refusal of a request with a wrong member. */
export function invalidMember(message: string, ...path: (string | number)[]): ApiError {
  return new ApiError(400, mcpProblem(message, path))
}

/** Returns the refusal of a body that is not JSON, or is too large. */
export function refuseBody(reason: string): EnvelopeError {
  return mcpProblem(reason)
}

/** Returns the refusal of a request for a server or portal that does not exist. Assumed: all of it. */
export function mcpNotFound(): ApiError {
  return new ApiError(404, { code: 7002, message: 'Not Found' })
}

/**
 * Returns the refusal of a PUT without a member that can be changed.
 *
 * API: observed [MP6], the code and the beginning of the text. Assumed: the status and the rest.
 */
export function nothingToUpdate(): ApiError {
  const message = 'D1_ERROR: near "WHERE": syntax error at offset 23: SQLITE_ERROR'
  return new ApiError(400, { code: 7000, message }).because({
    rule: 'MP6',
    why: 'The update of the server has no member that it can set: hostname and auth_type alone set nothing.',
    change: 'Send name and description too, or turn on the quirk full-server-updates.',
  })
}

/**
 * Returns the error for an issue of a schema, in the words of Cloudflare's own schema library.
 *
 * API: observed [MP3], "Expected string, received object". The other texts are those of the same library,
 * zod 3.
 */
export function mcpIssue(issue: z.core.$ZodIssue, body: unknown): EnvelopeError {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  return mcpProblem(textOf(issue, valueAt(body, path)), path)
}

function textOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined
        ? 'Required'
        : `Expected ${issue.expected}, received ${typeOf(value)}`
    case 'too_big':
      return sized(issue.origin, `at most ${issue.maximum}`)
    case 'too_small':
      // An own message of the schema is Cloudflare's.
      return issue.message.startsWith('Too small')
        ? sized(issue.origin, `at least ${issue.minimum}`)
        : issue.message
    case 'invalid_value': {
      const options = issue.values.map((each) => `'${String(each)}'`).join(' | ')
      if (value === undefined) return 'Required'
      return `Invalid enum value. Expected ${options}, received '${String(value)}'`
    }
    case 'invalid_format':
      return issue.format === 'url' ? 'Invalid url' : 'Invalid'
    default:
      return issue.message
  }
}

function sized(origin: string, limit: string): string {
  return origin === 'string'
    ? `String must contain ${limit} character(s)`
    : `Array must contain ${limit} element(s)`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function valueAt(body: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>((value, part) => {
    return (value as Record<string | number, unknown> | null | undefined)?.[part]
  }, body)
}
