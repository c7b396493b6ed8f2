import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'

type Answer = { body: string } | { location: string }

/** A server to which a browser is redirected: a client's callback, or another site. */
export type Callback = {
  /** `http://<host>:<port>/callback`. */
  url: string
  /** The queries of the requests, in their order. */
  queries: URLSearchParams[]
}

/**
 * Listens on a free port until the test ends.
 *
 * @param host `localhost` or `127.0.0.1`
 * @param answer a page, or the URL to redirect the browser to
 */
export async function listen(
  host = 'localhost',
  answer: Answer = { body: '<h1>You are connected</h1>' },
): Promise<Callback> {
  const queries: URLSearchParams[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    if (url.pathname !== '/callback') return response.writeHead(404).end()
    queries.push(url.searchParams)
    return 'location' in answer
      ? response.writeHead(302, { location: answer.location }).end()
      : response.writeHead(200, { 'content-type': 'text/html' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://${host}:${address.port}/callback`, queries }
}
