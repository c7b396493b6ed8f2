/** A connection that was made with an SDK. */
export type Connection = {
  connect(): Promise<unknown>
  finishAuth(callback: URLSearchParams): Promise<unknown>
  call(): Promise<unknown>
  close(): Promise<unknown>
}

const CALLS = 6
const PAUSE_MS = 50
const MOST_AUTHORIZATIONS = 2

/** The part of an OAuth provider that waits for the person at the browser. */
export type Person = {
  /** Waits for the callback of the authorization that was begun, and returns its parameters. */
  callback(): Promise<URLSearchParams>
  close(): void
}

/**
 * Uses an MCP server as an application would: connects, calls a tool six times, and authorizes at most
 * twice if the SDK asks for it.
 *
 * @param open makes a new connection
 */
export async function work(
  provider: Person,
  open: () => Connection,
  isUnauthorized: (error: unknown) => boolean,
): Promise<void> {
  let connection = open()
  let authorizations = 0
  const authorize = async (error: unknown) => {
    if (!isUnauthorized(error) || authorizations++ === MOST_AUTHORIZATIONS) throw error
    await connection.finishAuth(await provider.callback())
    await connection.close()
    // A transport that was refused cannot be used again.
    connection = open()
    await connection.connect()
  }
  try {
    await connection.connect().catch(authorize)
    for (let calls = 0; calls < CALLS; calls++) {
      await connection.call().catch(async (error) => {
        await authorize(error)
        await connection.call()
      })
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  } finally {
    await connection.close()
    provider.close()
  }
}
