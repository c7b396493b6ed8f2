// Read beyond a limit and forgotten: whoever is still sending hears of a refusal, instead of a
// connection that was cut (RFC 9112 9.6).
const DRAINED_BYTES = 64 * 1024 * 1024
const DRAINED_MS = 5000

/**
 * The bytes of a body, or undefined where they are more than the limit. Then the rest has been read
 * too, up to 64 MiB or five seconds, and nothing of it is kept.
 *
 * @param stated what `Content-Length` says; a body that says it is longer than 64 MiB is not read
 */
export async function bytesWithin(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  stated: string | undefined,
): Promise<ArrayBuffer | undefined> {
  if (Number(stated ?? 0) > DRAINED_BYTES) return undefined
  const until = Date.now() + DRAINED_MS
  let chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length <= limit) {
      chunks.push(chunk.slice())
      continue
    }
    chunks = []
    if (length > DRAINED_BYTES || Date.now() > until) return undefined
  }
  return length > limit ? undefined : new Blob(chunks).arrayBuffer()
}
