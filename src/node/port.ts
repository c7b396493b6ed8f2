import { createServer } from 'node:net'

// An instance that was told to stop a moment ago lets go of its port within it.
const FREE_WITHIN_MS = 3000

/** The port that is asked for; `0` is any that is free. wrangler could find one, but would not say which. */
export async function portFor(asked: string): Promise<string> {
  if (asked !== '0') return asked
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return String(address.port)
}

/** Waits a little for a port; answers whether nobody has it. Else whoever has it would be taken for us. */
export async function becomesFree(port: string): Promise<boolean> {
  const until = Date.now() + FREE_WITHIN_MS
  while (!((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1')))) {
    if (Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return true
}

// What else is wrong with a port or a host, wrangler says.
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
