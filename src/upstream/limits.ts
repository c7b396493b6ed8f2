/** The time that a server has for a response. Assumed. */
export const TIMEOUT_MS = 60_000

// Assumed. A server cannot fill the memory of the emulator.
const MOST_BYTES = 16 * 1024 * 1024

/** Waits for a result. Aborts and fails if it takes longer than a server may take. */
export async function withinTime<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const problem = new Error(`no response within ${TIMEOUT_MS / 1000} s`)
      controller.abort(problem)
      reject(problem)
    }, TIMEOUT_MS)
  })
  try {
    return await Promise.race([act(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Returns a response whose body fails once it is too long. */
export function withinSize(response: Response): Response {
  const { body, headers } = response
  if (body === null) return response
  // The length of a compressed body says little.
  const stated = headers.has('content-encoding') ? null : headers.get('content-length')
  if (stated !== null && Number(stated) <= MOST_BYTES) return response
  let length = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.byteLength
      if (length <= MOST_BYTES) controller.enqueue(chunk)
      else controller.error(new Error(`a response is longer than ${MOST_BYTES} bytes`))
    },
  })
  return new Response(body.pipeThrough(counted), response)
}
