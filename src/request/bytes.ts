// How much of a body that nobody wants is read, and for how long.
const DRAINED_BYTES = 64 * 1024 * 1024
const DRAINED_MS = 5000

type Reader = ReadableStreamDefaultReader<Uint8Array>

/**
 * The bytes of a body, or undefined where they are more than the limit; the rest is drained then.
 *
 * @param stated what `Content-Length` says; a body that says it is longer than 64 MiB is not read
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
 * Reads what nobody has read of a request's body, up to 64 MiB or for five seconds, and keeps nothing.
 * RFC 9112 9.6: whoever is still sending hears of the answer then, instead of a connection that was cut.
 */
export async function drainBody({ body, bodyUsed, headers }: Request): Promise<void> {
  if (body === null || bodyUsed || body.locked) return
  if (!isTooLong(headers.get('content-length'))) await drain(body.getReader())
}

// Of what is that long, not even the beginning is read.
function isTooLong(stated: string | null | undefined): boolean {
  return Number(stated ?? 0) > DRAINED_BYTES
}

async function drain(reader: Reader): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAINED_MS)
  })
  // Whoever hangs up hears nothing.
  await Promise.race([forgetAll(reader).catch(() => {}), late])
  clearTimeout(timer)
}

async function forgetAll(reader: Reader): Promise<void> {
  for (let length = 0; length <= DRAINED_BYTES; ) {
    const { done, value } = await reader.read()
    if (done) return
    length += value.byteLength
  }
}
