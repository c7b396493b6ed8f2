import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import { version } from '../../package.json'
import type { Operation } from './operation'
import { permissionName } from './permissions'

const errorSchema = z
  .object({
    code: z.int().min(1000),
    message: z.string(),
    documentation_url: z.string().optional(),
    source: z.object({ pointer: z.string().optional() }).optional(),
  })
  .meta({ id: 'Error' })
const failureSchema = z
  .object({
    success: z.literal(false),
    errors: z.array(errorSchema),
    messages: z.array(errorSchema),
    result: z.null(),
  })
  .meta({ id: 'Failure' })
const resultInfoSchema = z
  .object({
    page: z.int(),
    per_page: z.int(),
    count: z.int(),
    total_count: z.int(),
    total_pages: z.int(),
  })
  .meta({ id: 'ResultInfo' })

/**
 * Returns the OpenAPI document, made of the schemas that requests are parsed with.
 *
 * @param origin scheme and host of the server
 */
export function openApiDocument(operations: readonly Operation[], origin: string) {
  const paths: ZodOpenApiPathsObject = {}
  for (const each of operations) {
    const path = each.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [each.method]: documented(each) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'access-oauth-emulator',
      version,
      description:
        "The part of Cloudflare's API that this emulator provides: Access and OAuth clients.",
    },
    servers: [{ url: `${origin}/client/v4` }],
    security: [{ apiToken: [] }, { apiEmail: [], apiKey: [] }],
    components: {
      securitySchemes: {
        apiToken: { type: 'http', scheme: 'bearer' },
        apiEmail: { type: 'apiKey', in: 'header', name: 'X-Auth-Email' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Auth-Key' },
      },
    },
    paths,
  })
}

function documented(each: Operation): ZodOpenApiOperationObject {
  const names = [...each.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const accepted = each.permissions.map(permissionName).join(', ')
  return {
    operationId: `${each.method}${each.path.replace(/[/:]+(\w)/g, (_, letter) => letter.toUpperCase())}`,
    summary: each.summary,
    ...(accepted && { description: `Requires at least one of these permissions: ${accepted}.` }),
    requestParams: {
      ...(names.length > 0 && {
        path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      }),
      ...(each.query instanceof z.ZodObject && { query: each.query }),
    },
    ...(each.body && { requestBody: { content: { 'application/json': { schema: each.body } } } }),
    responses: {
      [each.status]: {
        description: each.summary,
        ...json(each.isBare ? each.result : envelope(each)),
      },
      '4XX': { description: 'The request was refused.', ...json(failureSchema) },
    },
  }
}

function envelope({ result, isBrief, isList }: Operation): z.ZodType {
  const success = isBrief
    ? z.object({ success: z.literal(true) })
    : z.object({
        success: z.literal(true),
        errors: z.array(errorSchema),
        messages: z.array(errorSchema),
      })
  return isList
    ? success.extend({ result: z.array(result), result_info: resultInfoSchema })
    : success.extend({ result })
}

function json(schema: z.ZodType) {
  return { content: { 'application/json': { schema } } }
}
