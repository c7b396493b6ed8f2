import type { Miniflare } from 'miniflare'

/**
 * `fetch` that sends every URL to the emulator, whatever its host: a team domain and an application
 * may have names that nothing resolves. Redirects are left to the caller.
 */
export type Reach = (url: string | URL, init?: RequestInit) => Promise<Response>

const OWN_HOSTS = ['localhost', '127.0.0.1']

/** @param base `http://localhost:8788`, which paths are of */
export function reachAt(base: string, miniflare: Pick<Miniflare, 'dispatchFetch'>): Reach {
  const { port } = new URL(base)
  return async function reach(path, init) {
    const url = new URL(path, base)
    if (OWN_HOSTS.includes(url.hostname) && url.port === port) {
      return fetch(url, { redirect: 'manual', ...init })
    }
    const { method, headers, body, signal } = new Request(url, init)
    // Miniflare's own Response on one side, that of Node on the other.
    const answer = await miniflare.dispatchFetch(url, {
      method,
      headers: [...headers],
      signal,
      redirect: 'manual',
      ...(body && { body: body as never, duplex: 'half' }),
    })
    return new Response(answer.body as never, {
      status: answer.status,
      headers: [...answer.headers],
    })
  }
}
