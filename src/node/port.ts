import { createServer } from 'node:net'

// An instance that is just stopping releases its port within this time.
const FREE_WITHIN_MS = 3000

/** Returns the requested port, or a free one for `0`. wrangler finds one too, but does not say which. */
export async function portFor(requested: string): Promise<string> {
  if (requested !== '0') return requested
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return String(address.port)
}

/**
 * Waits up to three seconds for a port, and returns whether it is free. Without this check, `npm start`
 * would report the server of another process as ready.
 */
export async function becomesFree(port: string): Promise<boolean> {
  const until = Date.now() + FREE_WITHIN_MS
  while (!((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1')))) {
    if (Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return true
}

// wrangler reports every other problem with a port or a host.
async function isFree(port: string, host: string): Promise<boolean> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject).listen({ host, port: Number(port) }, resolve)
    })
    await new Promise((resolve) => server.close(resolve))
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE'
  }
}
