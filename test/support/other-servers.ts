import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { build } from 'esbuild'
import Provider from 'oidc-provider'

/** Another OAuth server, with the records that it has stored. */
export type OtherServer = { url: URL; stored: string[]; close(): void }

// `@cloudflare/workers-oauth-provider` as in its README. It imports a base class from workerd.
const workerAt = (origin: string) => `
  import OAuthProvider from '@cloudflare/workers-oauth-provider'
  export default new OAuthProvider({
    apiRoute: '/mcp',
    apiHandler: { fetch: () => Response.json({ ok: true }) },
    defaultHandler: { fetch: () => new Response('not found', { status: 404 }) },
    authorizeEndpoint: '/authorize',
    tokenEndpoint: '/oauth/token',
    clientRegistrationEndpoint: '/oauth/register',
    resourceMetadata: { resource: '${origin}/mcp', authorization_servers: ['${origin}'] },
  })`
const WORKERD = 'export class WorkerEntrypoint {}'

/** Starts `@cloudflare/workers-oauth-provider` in this process, with a KV namespace in memory. */
export async function startWorkersOAuthProvider(): Promise<OtherServer> {
  const kept = new Map<string, string>()
  const stored: string[] = []
  const kv = {
    get: async (key: string, options?: { type?: string }) => {
      const value = kept.get(key) ?? null
      return value !== null && options?.type === 'json' ? JSON.parse(value) : value
    },
    put: async (key: string, value: string) => {
      stored.push(key)
      kept.set(key, value)
    },
    delete: async (key: string) => void kept.delete(key),
    list: async () => ({ keys: [...kept.keys()].map((name) => ({ name })), list_complete: true }),
  }
  const context = { waitUntil() {}, passThroughOnException() {}, props: {} }
  const respond = (request: Request) => worker.fetch(request, { OAUTH_KV: kv }, context)
  const listener = getRequestListener(respond, { overrideGlobalObjects: false })
  const other = await listening(createServer(listener), stored)
  const worker = await bundled(workerAt(other.url.origin))
  return other
}

/** Bundles a Worker and imports it into this process. */
async function bundled(contents: string): Promise<{ fetch(...parameters: unknown[]): Response }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [
      {
        name: 'workerd',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: 'workerd' }))
          onLoad({ filter: /./, namespace: 'workerd' }, () => ({ contents: WORKERD }))
        },
      },
    ],
  })
  const script = Buffer.from(outputFiles[0]?.text ?? '').toString('base64')
  const worker = await import(/* @vite-ignore */ `data:text/javascript;base64,${script}`)
  return worker.default
}

/** Starts `oidc-provider` in this process, with registration on. */
export async function startOidcProvider(): Promise<OtherServer> {
  const stored: string[] = []
  const adapter = (name: string) => ({
    upsert: async (id: string) => void stored.push(`${name} ${id}`),
    find: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    destroy: async () => {},
    consume: async () => {},
    revokeByGrantId: async () => {},
  })
  const server = createServer((request, response) => provider(request, response))
  const other = await listening(server, stored)
  const provider = new Provider(other.url.origin, {
    adapter,
    features: { registration: { enabled: true }, devInteractions: { enabled: false } },
  }).callback()
  return other
}

async function listening(server: Server, stored: string[]): Promise<OtherServer> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://localhost:${port}/mcp`),
    stored,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
