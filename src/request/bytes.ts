// Limits for reading the rest of a body that is not needed.
const DRAINED_BYTES = 64 * 1024 * 1024
const DRAINED_MS = 5000

type Reader = ReadableStreamDefaultReader<Uint8Array>

/**
 * Returns the bytes of a body. Returns undefined if there are more than the limit, and drains the rest.
 *
 * @param stated the value of `Content-Length`; if it exceeds 64 MiB, nothing is read
 */
export async function bytesWithin(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  stated: string | undefined,
): Promise<ArrayBuffer | undefined> {
  if (body === null) return new ArrayBuffer(0)
  if (isTooLong(stated)) return undefined
  const reader: Reader = body.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (let length = 0; length <= limit; ) {
    const { done, value } = await reader.read()
    if (done) return new Blob(chunks).arrayBuffer()
    length += value.byteLength
    chunks.push(value.slice())
  }
  await drain(reader)
  return undefined
}

/**
 * Reads and discards an unread request body, up to 64 MiB and for at most five seconds.
 *
 * RFC 9112 9.6: otherwise the connection could be reset before a client that is still sending receives
 * the response.
 */
export async function drainBody({ body, bodyUsed, headers }: Request): Promise<void> {
  if (body === null || bodyUsed || body.locked) return
  if (!isTooLong(headers.get('content-length'))) await drain(body.getReader())
}

function isTooLong(stated: string | null | undefined): boolean {
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
