import * as z from 'zod'
import { $ZodError } from 'zod/v4/core'
import type { McpServer } from '../mcp/server'
import { jsonOf } from '../oauth/encoding'
import { UpstreamError } from './upstream-error'

const UNAUTHORIZED = 401

/**
 * Returns the failure of a request to a server: its HTTP status, its JSON-RPC error, or the reason why it
 * cannot be reached.
 *
 * API: documented [MP18], the members. Assumed: the texts.
 */
export function failureOf(error: unknown, server: Pick<McpServer, 'hostname'>): UpstreamError {
  if (error instanceof UpstreamError) return error
  const message = textOf(error)
  const { code, status } = numbersOf(error)
  if (code !== undefined || status !== undefined) return refusal(message, status, code)
  const { host } = new URL(server.hostname)
  const cause = `${host} cannot be reached, or its response is not MCP: ${message}`
  return new UpstreamError(cause, { cause, is_upstream: false, retryable: true })
}

// The text of a schema's error is a list of issues.
function textOf(error: unknown): string {
  if (error instanceof $ZodError) return 'a message is not one of JSON-RPC'
  return error instanceof Error ? error.message : String(error)
}

/** Returns the failure of a request whose response has an HTTP status and nothing else that counts. */
export function httpFailure(status: number): UpstreamError {
  return refusal('', status, undefined)
}

function refusal(
  message: string,
  status: number | undefined,
  code: number | undefined,
): UpstreamError {
  const cause = [
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(code === undefined ? [] : [`JSON-RPC error ${code}`]),
  ].join(', ')
  return new UpstreamError(
    `The server responded with ${cause}`,
    {
      cause,
      is_upstream: true,
      ...(code !== undefined && { mcp_code: code }),
      ...(status !== undefined && { status_code: status }),
      retryable: status !== undefined && (status >= 500 || status === 429),
    },
    code === undefined || status === UNAUTHORIZED ? undefined : { code, message },
  )
}

const sdkErrorSchema = z.object({
  // A text is a code of the SDK itself.
  code: z.unknown(),
  data: z.object({ status: z.number().optional(), text: z.string().optional() }).catch({}),
})
const rpcErrorSchema = z.object({ error: z.object({ code: z.number() }) })

// Returns the HTTP status of an error of the SDK, and the code of JSON-RPC, which may be in the body of a
// response with an HTTP status.
function numbersOf(error: unknown): { code?: number | undefined; status?: number | undefined } {
  const { data: found } = sdkErrorSchema.safeParse(error)
  if (!found) return {}
  const { code, data } = found
  if (typeof code === 'number') return { code, status: data.status }
  return { code: codeIn(data.text), status: data.status }
}

function codeIn(body: string | undefined): number | undefined {
  return rpcErrorSchema.safeParse(jsonOf(body ?? '')).data?.error.code
}
