import { found } from './guest.ts'

const WITHOUT_BODY = [101, 204, 205, 304]

/**
 * Answers a request in this process as it would be answered over HTTP: it has a `Host`, its signal ends
 * it, and the response is one of the platform.
 */
export async function dispatch(
  request: Request,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Response> {
  const { signal } = request
  signal.throwIfAborted()
  const sent = new Request(request)
  if (!sent.headers.has('host')) sent.headers.set('host', new URL(sent.url).host)
  const response = await Promise.race([answer(sent), aborted(signal)])
  const { headers, status, statusText } = response
  const body = WITHOUT_BODY.includes(status) ? null : response.body
  const whole = new found.Response(body?.pipeThrough(new TransformStream(), { signal }) ?? null, {
    headers,
    status,
    statusText,
  })
  return Object.defineProperty(whole, 'url', { value: request.url })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
