/**
 * Uses an MCP server with the OAuth client of the agents SDK and the MCP SDK that it depends on:
 * `node agents.ts <url> <folder of the package>`. The SDK's storage, a Durable Object's, is a file here.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type * as sdk from '@modelcontextprotocol/client'
import { Credentials, listen } from './callback.ts'

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

const CALLS = 6
const PAUSE_MS = 50
const MOST_AUTHORIZATIONS = 2
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
  credentials.write({ port: Number(new URL(callback.redirectUri).port), records })
}

const provider: Provider = new DurableObjectOAuthClientProvider(
  storage,
  'A program on the agents SDK',
  callback.redirectUri,
)
provider.serverId = 'server'
if (typeof records[CLIENT_ID] === 'string') provider.clientId = records[CLIENT_ID]

let authorizations = 0
let client = new Client({ name: 'agents', version: '1.0.0' })
let transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })

async function authorize(error: unknown): Promise<void> {
  if (!(error instanceof UnauthorizedError) || authorizations++ === MOST_AUTHORIZATIONS) throw error
  const { searchParams } = await callback.authorize(new URL(provider.authUrl ?? ''))
  const state = searchParams.get('state') ?? ''
  const { valid } = await provider.checkState(state)
  const refused = searchParams.get('error')
  if (!valid || refused) throw new Error(refused ?? 'The state is unknown')
  await provider.runWithCodeVerifierState(state, () => transport.finishAuth(searchParams))
  await provider.consumeState(state)
  keep({ [CLIENT_ID]: provider.clientId })
  await client.close()
  client = new Client({ name: 'agents', version: '1.0.0' })
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
  await client.connect(transport)
}

try {
  await client.connect(transport).catch(authorize)
  for (let calls = 0; calls < CALLS; calls++) {
    await client.callTool({ name: 'whoami' }).catch(async (error) => {
      await authorize(error)
      await client.callTool({ name: 'whoami' })
    })
    await setTimeout(PAUSE_MS)
  }
} finally {
  await client.close()
  callback.close()
}
