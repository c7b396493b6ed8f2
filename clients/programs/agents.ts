/**
 * Uses an MCP server with the OAuth client of the agents SDK and the MCP SDK that it depends on:
 * `node agents.ts <url> <folder of the package>`. The SDK's storage, a Durable Object's, is a file here.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as sdk from '@modelcontextprotocol/client'
import { Credentials, listen } from './callback.ts'
import { work } from './work.ts'

type Records = Record<string, unknown>
/** The parts of `DurableObjectOAuthClientProvider` that are used here. */
type Provider = sdk.OAuthClientProvider & {
  clientId: string | undefined
  serverId: string
  authUrl: string | undefined
  checkState(state: string): Promise<{ valid: boolean }>
  consumeState(state: string): Promise<void>
  runWithCodeVerifierState<T>(state: string, act: () => Promise<T>): Promise<T>
}

const CLIENT_ID = 'the client_id, which an Agent keeps in its table'

const [, , url = '', folder = ''] = process.argv
const credentials = new Credentials<{ port: number; records: Records }>('agents')
const { port = 0, records = {} } = credentials.read()
const callback = await listen(port)
const { resolve } = createRequire(join(folder, 'index.js'))
const imported = (name: string) => import(pathToFileURL(resolve(name)).href)
const { Client, StreamableHTTPClientTransport, UnauthorizedError }: typeof sdk = await imported(
  '@modelcontextprotocol/client',
)
const { DurableObjectOAuthClientProvider } = await imported('agents/mcp/do-oauth-client-provider')

const storage = {
  get: async (key: string) => structuredClone(records[key]),
  put: async (key: string, value: unknown) => keep({ [key]: value }),
  delete: async (keys: string | string[]) => {
    for (const key of [keys].flat()) delete records[key]
    keep({})
  },
  list: async ({ prefix }: { prefix: string }) =>
    new Map(Object.entries(records).filter(([key]) => key.startsWith(prefix))),
}

function keep(changes: Records): void {
  Object.assign(records, changes)
  credentials.write({ port: callback.port, records })
}

const provider: Provider = new DurableObjectOAuthClientProvider(
  storage,
  'A program on the agents SDK',
  callback.redirectUri,
)
provider.serverId = 'server'
if (typeof records[CLIENT_ID] === 'string') provider.clientId = records[CLIENT_ID]

await work(
  {
    async callback() {
      const { searchParams } = await callback.authorize(new URL(provider.authUrl ?? ''))
      const { valid } = await provider.checkState(stateOf(searchParams))
      const refused = searchParams.get('error')
      if (!valid || refused) throw new Error(refused ?? 'The state is unknown')
      return searchParams
    },
    close: callback.close,
  },
  () => {
    const client = new Client({ name: 'agents', version: '1.0.0' })
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
    return {
      connect: () => client.connect(transport),
      async finishAuth(parameters) {
        const state = stateOf(parameters)
        await provider.runWithCodeVerifierState(state, () => transport.finishAuth(parameters))
        await provider.consumeState(state)
        keep({ [CLIENT_ID]: provider.clientId })
      },
      call: () => client.callTool({ name: 'whoami' }),
      close: () => client.close(),
    }
  },
  (error) => error instanceof UnauthorizedError,
)

function stateOf(parameters: URLSearchParams): string {
  return parameters.get('state') ?? ''
}
