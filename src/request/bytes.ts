// Limits for reading the rest of a body that is not needed.
const DRAINED_BYTES = 64 * 1024 * 1024
const DRAINED_MS = 5000

type Reader = ReadableStreamDefaultReader<Uint8Array>

/**
 * Returns the bytes of a request's body. Returns undefined if there are more than the limit, and drains the
 * rest; nothing is read if `Content-Length` exceeds 64 MiB.
 */
export async function bytesWithin(
  request: Request,
  limit: number,
): Promise<ArrayBuffer | undefined> {
  const stated = request.headers.get('content-length')
  // In Node, a stream takes longer than the rest of a small request.
  if (stated !== null && Number(stated) <= limit && !request.bodyUsed) {
    const bytes = await request.arrayBuffer()
    return bytes.byteLength <= limit ? bytes : undefined
  }
  const { body } = request
  if (body === null) return new ArrayBuffer(0)
  if (isTooLong(stated)) return undefined
  const reader: Reader = body.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (let length = 0; length <= limit; ) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, length)
    length += value.byteLength
    chunks.push(value.slice())
  }
  await drain(reader)
  return undefined
}

// In Node, a Blob would read its parts in later turns of the event loop.
function joined(chunks: readonly Uint8Array[], length: number): ArrayBuffer {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole.buffer
}

/**
 * Reads and discards an unread request body, up to 64 MiB and for at most five seconds.
 *
 * RFC 9112 9.6: otherwise the connection could be reset before a client that is still sending receives
 * the response.
 */
export async function drainBody(request: Request): Promise<void> {
  // In Node, only reading `body` makes a stream of it.
  if (request.bodyUsed || isWithoutBody(request)) return
  const { body, headers } = request
  if (body === null || body.locked) return
  if (!isTooLong(headers.get('content-length'))) await drain(body.getReader())
}

// RFC 9112 6.3: a body has one of these headers. Over HTTP/2, only GET and HEAD can do without knowing.
function isWithoutBody({ method, headers }: Request): boolean {
  const hasFraming = headers.has('content-length') || headers.has('transfer-encoding')
  return (method === 'GET' || method === 'HEAD') && !hasFraming
}

function isTooLong(stated: string | null): boolean {
  return Number(stated ?? 0) > DRAINED_BYTES
}

async function drain(reader: Reader): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAINED_MS)
  })
  // A client that disconnects needs no response.
  await Promise.race([discard(reader).catch(() => {}), late])
  clearTimeout(timer)
}

async function discard(reader: Reader): Promise<void> {
  for (let length = 0; length <= DRAINED_BYTES; ) {
    const { done, value } = await reader.read()
    if (done) return
    length += value.byteLength
  }
}
