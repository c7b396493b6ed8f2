import { found } from './guest.ts'

const WITHOUT_BODY = [101, 204, 205, 304]

// The caller's signal aborts a response that is being read through its Request, which nothing else holds.
const readers = new WeakMap<ReadableStream, Request>()

/**
 * Handles a request in this process as if it had come over HTTP: it has a `Host`, its signal aborts it,
 * and the response is an instance of the process's own class.
 */
export async function dispatch(
  request: Request,
  respond: (request: Request) => Response | Promise<Response>,
): Promise<Response> {
  const { signal } = request
  signal.throwIfAborted()
  const sent = new Request(request)
  if (!sent.headers.has('host')) sent.headers.set('host', new URL(sent.url).host)
  const response = await Promise.race([respond(sent), aborted(signal)])
  const { headers, status, statusText } = response
  const body = WITHOUT_BODY.includes(status) ? null : response.body
  const init = { headers, status, statusText }
  const whole = new found.Response(body && until(signal, body), init)
  if (whole.body) readers.set(whole.body, request)
  return Object.defineProperty(whole, 'url', { value: request.url })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

// Returns a stream that an abort ends. `pipeThrough` would do that too, and take three times as long.
function until(signal: AbortSignal, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream(
    {
      start(controller) {
        const abort = () => {
          controller.error(signal.reason)
          reader.cancel(signal.reason).catch(() => {})
        }
        signal.addEventListener('abort', abort, { once: true })
      },
      async pull(controller) {
        const { done, value } = await reader.read()
        if (signal.aborted) return
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
