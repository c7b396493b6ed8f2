import * as z from 'zod'
import type { AppContext } from '../../request/context'
import { sendAs } from '../send-as'
import { unknownRecord } from './page'

const problemSchema = z.object({
  code: z.number(),
  message: z.string(),
  source: z.object({ pointer: z.string() }).optional(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
})
/** One error of the API's envelope. */
export type ApiProblem = z.infer<typeof problemSchema>

const envelopeSchema = z.object({
  result: z.unknown(),
  errors: z.array(problemSchema).default([]),
})

/** A request to the API, as a page shows it. */
export type ApiCall = { method: string; path: string; body?: object | undefined }

/** The API's response: its `result`, or its errors. */
export type ApiResponse = {
  isOk: boolean
  status: number
  result: unknown
  problems: ApiProblem[]
  call: ApiCall
}

/**
 * Sends a request to the management API in this process. These pages have no other source of data, and
 * no other way to change it.
 *
 * @param path below `/client/v4`
 * @param as the e-mail address of the administrator who calls
 */
export async function callApi(
  c: AppContext,
  method: string,
  path: string,
  body?: object,
  as?: string,
): Promise<ApiResponse> {
  const response = await sendAs(
    c,
    { administrator: { email: as } },
    new URL(`/client/v4${path}`, c.get('url')),
    {
      method,
      ...(body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    },
  )
  const envelope = envelopeSchema.parse(await response.json())
  return {
    isOk: response.ok,
    status: response.status,
    result: envelope.result,
    problems: envelope.errors,
    call: { method, path, body },
  }
}

/**
 * Returns the result of a GET.
 *
 * @throws PageError 404 if the record does not exist
 */
export async function readApi<T>(
  c: AppContext,
  path: string,
  schema: z.ZodType<T>,
  as?: string,
): Promise<T> {
  const { isOk, status, result, problems } = await callApi(c, 'GET', path, undefined, as)
  if (isOk) return schema.parse(result)
  const [first] = problems
  if (status === 404) throw unknownRecord(first?.message)
  throw new Error(`GET ${path} failed with status ${status}: ${first?.message}`)
}

/** Returns the path of the account that these pages configure: the first one of the setting ACCOUNTS. */
export function accountPath(c: AppContext): string {
  return `/accounts/${c.get('settings').ACCOUNTS[0]?.id}`
}
