import { found } from './guest.ts'

const WITHOUT_BODY = [101, 204, 205, 304]

// The caller's signal aborts a response that is being read through its Request, which nothing else holds.
const readers = new WeakMap<ReadableStream, Request>()

type Respond = (request: Request) => Response | Promise<Response>

/**
 * Handles a request in this process as if it had come over HTTP: it has a `Host`, and the response is an
 * instance of the process's own class.
 */
export async function dispatch(request: Request, respond: Respond): Promise<Response> {
  addHost(request)
  const response = await respond(request)
  return received(request, response, bodyOf(response))
}

/** Handles a request as `dispatch` does. Its signal aborts the request, and a response that is being read. */
export async function dispatchUntilAborted(request: Request, respond: Respond): Promise<Response> {
  const { signal } = request
  signal.throwIfAborted()
  const sent = new Request(request)
  addHost(sent)
  const response = await Promise.race([respond(sent), aborted(signal)])
  const body = bodyOf(response)
  const whole = received(request, response, body && until(signal, body))
  if (whole.body) readers.set(whole.body, request)
  return whole
}

function addHost({ headers, url }: Request): void {
  if (!headers.has('host')) headers.set('host', new URL(url).host)
}

function bodyOf({ body, status }: Response): ReadableStream<Uint8Array> | null {
  return WITHOUT_BODY.includes(status) ? null : body
}

function received(
  { url }: Request,
  { headers, status, statusText }: Response,
  body: ReadableStream | null,
): Response {
  const whole = new found.Response(body, { headers, status, statusText })
  return Object.defineProperty(whole, 'url', { value: url })
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
