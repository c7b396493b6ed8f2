import { mcpOfBody, mcpOfHeaders } from '../events/mcp'
import type { AppContext } from './context'
import { isRecording, note } from './events'

const SEEN_BYTES = 4096

/** Notes the MCP message that the request's headers name. */
export function noteMcpHeaders(c: AppContext): void {
  const mcp = mcpOfHeaders(c.req.raw.headers)
  if (mcp) note(c, { mcp })
}

/** Notes the MCP message of a request whose body has been read. */
export function noteMcpMessage(c: AppContext, text: string): void {
  const { headers } = c.req.raw
  const mcp = mcpOfHeaders(headers) ?? mcpOfBody(text.slice(0, SEEN_BYTES), headers)
  if (mcp) note(c, { mcp })
}

/**
 * Returns a body that passes the bytes on as they are read, and notes the MCP message that the first 4 KiB
 * contain. Nothing is read before the origin's connection reads it, and no byte waits for another.
 */
export function noteMcpBody(c: AppContext, request: Request): ReadableStream | null {
  const { body } = request
  if (body === null || !isRecording(c) || !mayBeMcp(c.req.raw)) return body
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const see = beginningReader(c)
  return new ReadableStream<Uint8Array>(
    {
      // workerd sends a stream of unknown length in chunks, so it is told the length that the client sent.
      ...knownLength(request.headers),
      async pull(controller) {
        const { done, value } = await reader.read()
        see(value)
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function mayBeMcp({ method, headers }: Request): boolean {
  const isJson = /^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '')
  return method === 'POST' && isJson && !headers.has('mcp-method')
}

function knownLength(headers: Headers): object {
  const length = headers.get('content-length')
  return length === null ? {} : { expectedLength: Number(length) }
}

// Returns a function that receives the body part by part, and undefined at its end. The beginning is parsed
// each time that it has doubled, so that the work stays linear however small the parts are.
function beginningReader(c: AppContext): (part: Uint8Array | undefined) => void {
  const beginning = new Uint8Array(SEEN_BYTES)
  let length = 0
  let nextLength = 1
  return (part) => {
    if (length === SEEN_BYTES || c.get('draft').mcp) return
    const taken = part?.subarray(0, SEEN_BYTES - length) ?? new Uint8Array()
    beginning.set(taken, length)
    length += taken.byteLength
    if (part && length < nextLength && length < SEEN_BYTES) return
    nextLength = length * 2
    const text = new TextDecoder().decode(beginning.subarray(0, length))
    const mcp = mcpOfBody(text, c.req.raw.headers)
    if (mcp) note(c, { mcp })
  }
}
