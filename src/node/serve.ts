import { resolve } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, Response as WorkerResponse } from 'miniflare'
import { bindingsFor, type EmulatorOptions, type ParsedOrigin, parseOrigin } from './options.ts'
import { type Reach, reachAt } from './reach.ts'
import { loadWorker } from './worker.ts'

/** A Worker that runs. */
export type Served = { url: string; mcpPath: string; reach: Reach; close(): Promise<void> }

/**
 * Runs the Worker under Miniflare: workerd, KV and Durable Objects as they are under `wrangler dev`.
 *
 * @throws Error where a setting is wrong, or the port is taken
 */
export async function serve(options: EmulatorOptions): Promise<Served> {
  const origin = parseOrigin(options.origin)
  const worker = await loadWorker()
  const { log, persist, port = 0 } = options
  let isUp = false
  // The Worker logs what happened together in one message.
  const tellLines = (message: string) => {
    for (const line of message.split('\n')) log?.(line)
  }
  // The options of Miniflare 4, which its fifth version, a beta, has a translation for.
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      // Request.cf would be fetched from the network.
      cf: false,
      handleStructuredLogs: ({ level, message }) => {
        // A wrong setting is the error that this function throws.
        if (level === 'error' && isUp) console.error(message)
        else if (level !== 'error') tellLines(message)
      },
      modules: [{ type: 'ESModule', path: 'worker.js', contents: worker.script }],
      compatibilityDate: worker.compatibilityDate,
      bindings: bindingsFor(worker, options, origin),
      kvNamespaces: ['KV'],
      durableObjects: {
        GRANTS: { className: 'GrantObject', useSQLite: true },
        EMULATOR: { className: 'EmulatorObject', useSQLite: true },
      },
      ...(persist !== undefined && { resourcePersistencePath: resolve(persist) }),
      ...(origin.kind === 'function' && { serviceBindings: { ORIGIN: answering(origin) } }),
    }),
  )
  const close = () => miniflare.dispose()
  try {
    const address = await miniflare.ready
    await refuseWrongSettings(address)
    isUp = true
    const url = `http://localhost:${address.port}`
    const reach = reachAt(url, (there, init) => miniflare.dispatchFetch(there, init))
    return { url, mcpPath: origin.mcpPath, reach, close }
  } catch (error) {
    await close().catch(() => undefined)
    if (!/address already in use/i.test(String(error))) throw error
    throw new Error(`Port ${port} is taken`, { cause: error })
  }
}

// Miniflare's own Request and Response on one side, those of Node on the other.
function answering({ answer }: ParsedOrigin & { kind: 'function' }) {
  return async function answerAsOrigin(request: {
    url: string
    method: string
    headers: Iterable<[string, string]>
    body: unknown
  }): Promise<WorkerResponse> {
    const { body, headers, method, url } = request
    const init = { method, headers: [...headers], body, duplex: 'half' }
    const response = await answer(new Request(url, init as RequestInit))
    return new WorkerResponse(response.body as never, {
      status: response.status,
      headers: [...response.headers],
    })
  }
}

// A wrong setting stops every request with its name, what was found and what was expected.
async function refuseWrongSettings(address: URL): Promise<void> {
  const response = await fetch(new URL('/_emulator/urls', address))
  if (response.ok) return
  const { error_description: what } = (await response.json()) as { error_description?: string }
  throw new Error(what ?? `The emulator answers ${response.status}`)
}
