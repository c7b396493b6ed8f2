import * as z from 'zod'
import type { AppContext } from '../request/context'
import { type ApiError, type EnvelopeError, invalidRequest } from './error'

/** A page of a list. API: observed [V4]. Empty past the end, so that the SDK stops. */
export type Page<T = unknown> = { items: T[]; page: number; perPage: number; total: number }

/** The query members `page` and `per_page` of a list. */
export const pageQuery = {
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(1000).default(20),
}

/** The same for lists that the SDK requests without parameters: one page has everything. */
export const wholeListQuery = {
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(1000).default(1000),
}

const SUCCESS = { success: true, errors: [], messages: [] }
// API: observed [MP14]. The API of MCP portals omits the empty lists.
const BRIEF_SUCCESS = { success: true }

/** Returns the requested page of a list. */
export function pageOf<T>(items: T[], query: { page: number; per_page: number }): Page<T> {
  const { page, per_page: perPage } = query
  const start = (page - 1) * perPage
  return { items: items.slice(start, start + perPage), page, perPage, total: items.length }
}

/** Responds with the result of a successful request. API: documented [V1]. */
export function respondResult(
  c: AppContext,
  result: unknown,
  status: number,
  isBrief: boolean,
): Response {
  c.status(status as 200)
  return c.json({ ...(isBrief ? BRIEF_SUCCESS : SUCCESS), result: result ?? null })
}

/** Responds with the result alone, as SCIM does (RFC 7644 3.1). */
export function respondBare(c: AppContext, result: unknown, status: number): Response {
  if (status === 204) return c.body(null, 204)
  c.status(status as 200)
  c.header('Content-Type', 'application/scim+json')
  return c.body(JSON.stringify(result))
}

/** Responds with a page of a list. */
export function respondPage(
  c: AppContext,
  { items, page, perPage, total }: Page,
  isBrief: boolean,
): Response {
  return c.json({
    ...(isBrief ? BRIEF_SUCCESS : SUCCESS),
    result: items,
    result_info: {
      page,
      per_page: perPage,
      count: items.length,
      total_count: total,
      total_pages: Math.ceil(total / perPage),
    },
  })
}

/** Responds to a refused request, always with a status that is not 200. API: documented [V2]. */
export function respondError(c: AppContext, error: ApiError): Response {
  c.status(error.status)
  const errors = error.errors.map(errorOf)
  // API: observed [MP2].
  if (error.errors.some(({ path }) => path)) return c.json({ success: false, errors, result: null })
  return c.json({ success: false, errors, messages: [], result: null })
}

function errorOf({ code, message, path, pointer }: EnvelopeError) {
  return {
    code,
    message,
    ...(path && { path }),
    ...(pointer !== undefined && { source: { pointer } }),
  }
}

/**
 * Parses the query of a request.
 *
 * @throws ApiError 12130 for the first wrong member
 */
export function readQuery<T>(c: AppContext, schema: z.ZodType<T>): T {
  const result = schema.safeParse(c.req.query())
  if (result.success) return result.data
  const [issue] = result.error.issues
  const name = issue?.path.join('.') ?? ''
  throw invalidRequest(`${name}: ${issue?.message}`, `/${name}`)
}
