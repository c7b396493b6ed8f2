/**
 * `fetch` that sends every URL to the emulator, whatever its host: a team domain and an application
 * may have names that nothing resolves. Redirects are left to the caller.
 */
export type Reach = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Miniflare's `dispatchFetch`, without its types: an installer would have to have all of theirs. */
type Dispatch = (url: URL, init: object) => Promise<Answer>
type Answer = { status: number; headers: Iterable<[string, string]>; body: unknown }

const OWN_HOSTS = ['localhost', '127.0.0.1']

/** @param base `http://localhost:8788`, which paths are of */
export function reachAt(base: string, dispatch: Dispatch): Reach {
  const { port } = new URL(base)
  return async function reach(path, init) {
    const url = new URL(path, base)
    if (OWN_HOSTS.includes(url.hostname) && url.port === port) {
      return fetch(url, { redirect: 'manual', ...init })
    }
    const { method, headers, body, signal } = new Request(url, init)
    const answer = await dispatch(url, {
      method,
      headers: [...headers],
      signal,
      redirect: 'manual',
      ...(body && { body, duplex: 'half' }),
    })
    return new Response(answer.body as never, {
      status: answer.status,
      headers: [...answer.headers],
    })
  }
}
