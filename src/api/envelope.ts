import * as z from 'zod'
import type { AppContext } from '../request/context'
import { type ApiError, type EnvelopeError, invalidRequest } from './error'

/** A part of a list; past its end it is empty, which is how the SDK finds that end. */
export type Page<T = unknown> = { items: T[]; page: number; perPage: number; total: number }

/** The `page` and `per_page` of a list. */
export const pageQuery = {
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(1000).default(20),
}

/** The same for lists that the SDK asks for once, with no parameters: then they come whole. */
export const wholeListQuery = {
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(1000).default(1000),
}

const CARRIED_OUT = { success: true, errors: [], messages: [] }

/** The asked-for page of a list. */
export function pageOf<T>(items: T[], query: { page: number; per_page: number }): Page<T> {
  const { page, per_page: perPage } = query
  const start = (page - 1) * perPage
  return { items: items.slice(start, start + perPage), page, perPage, total: items.length }
}

/** The answer to a request that was carried out (section 1.1). */
export function respondResult(c: AppContext, result: unknown, status: number): Response {
  c.status(status as 200)
  return c.json({ ...CARRIED_OUT, result: result ?? null })
}

/** The same with a page of a list. */
export function respondPage(c: AppContext, { items, page, perPage, total }: Page): Response {
  return c.json({
    ...CARRIED_OUT,
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

/** The answer to a request that was refused: never a 200, whose errors the SDK does not read. */
export function respondError(c: AppContext, error: ApiError): Response {
  c.status(error.status)
  return c.json({ success: false, errors: error.errors.map(errorOf), messages: [], result: null })
}

function errorOf({ code, message, pointer }: EnvelopeError) {
  return { code, message, ...(pointer !== undefined && { source: { pointer } }) }
}

/** The query of a request through its schema. */
export function readQuery<T>(c: AppContext, schema: z.ZodType<T>): T {
  const result = schema.safeParse(c.req.query())
  if (result.success) return result.data
  const [issue] = result.error.issues
  const name = issue?.path.join('.') ?? ''
  throw invalidRequest(`${name}: ${issue?.message}`, `/${name}`)
}
