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
  const body = bodyOf(response)?.pipeThrough(endedBy(signal)) ?? null
  const whole = received(request, response, body)
  if (whole.body) readers.set(whole.body, request)
  return whole
}

function addHost({ headers, url }: Request): void {
  if (!headers.has('host')) headers.set('host', new URL(url).host)
}

function bodyOf({ body, status }: Response): ReadableStream | null {
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

// The signal of `pipeThrough` would wait for a write that waits for the reader.
function endedBy(signal: AbortSignal): TransformStream {
  return new TransformStream({
    start(controller) {
      signal.addEventListener('abort', () => controller.error(signal.reason), { once: true })
    },
  })
}
