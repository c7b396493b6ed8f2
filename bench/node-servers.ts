import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { portFor } from '../src/node/port.ts'
import { expectStatus, type Send, sender } from './http.ts'
import { untilStatus } from './server.ts'
import { type Subject, subject, type Tokens } from './subjects.ts'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const EMULATE = fileURLToPath(new URL('../node_modules/emulate/dist/index.js', import.meta.url))
const METADATA = '/.well-known/oauth-authorization-server'
const PATH = '/cdn-cgi/access'

type NodeServer = {
  port: number
  send: Send
  coldStartMs: number
  memoryMiB(): Promise<number>
  stop(): Promise<void>
}

/** The command of the package, with its compile cache, and automatic sign-in. */
export async function startPackage(): Promise<NodeServer & { app: Send; oauth: Subject }> {
  const server = await startNode(METADATA, (port) => [
    ...[CLI, '--quiet', '--port', String(port), '--auto-sign-in', 'ada@example.com'],
  ])
  const app = sender(server.port)
  const oauth = subject(sender(server.port, `127.0.0.1:${server.port}`), {
    registration: `${PATH}/oauth/registration`,
    authorization: `${PATH}/oauth/authorization`,
    token: `${PATH}/oauth/token`,
    resource: `http://localhost:${server.port}/`,
  })
  return { ...server, app, oauth }
}

const CLIENT = { client_id: 'bench', client_secret: 'bench-secret' }
const REDIRECT_URI = 'http://localhost:53682/callback'
const SERVER = '/oauth2/default'
const CONFIG = `okta:
  users: [{ login: ada@example.com, email: ada@example.com, first_name: Ada, last_name: Example, okta_id: ada }]
  authorization_servers: [{ id: default, name: default, audiences: ["api://default"] }]
  oauth_clients:
    - ${JSON.stringify({ ...CLIENT, name: 'Bench', redirect_uris: [REDIRECT_URI], auth_server_id: 'default' })}
`

/** `emulate`'s Okta: the authorization server of its catalogue that does most of what Access does. */
export async function startEmulate(): Promise<NodeServer & { oauth: Subject; userinfo: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  await writeFile(join(folder, 'emulate.config.yaml'), CONFIG)
  const server = await startNode(
    `${SERVER}/.well-known/openid-configuration`,
    (port) => [EMULATE, 'start', '--service', 'okta', '--port', String(port)],
    folder,
  )
  const { send } = server
  const page = await send(`${SERVER}/v1/authorize?${new URLSearchParams(authorization())}`)
  const user = expectStatus(page, 200).body.match(/name="user_ref" value="([^"]+)"/)?.[1] ?? ''
  const token = async (form: Record<string, string>): Promise<Tokens> => {
    const body = String(new URLSearchParams({ ...form, ...CLIENT }))
    const sent = { method: 'POST', headers: FORM, body }
    return JSON.parse(expectStatus(await send(`${SERVER}/v1/token`, sent), 200).body)
  }
  const oauth: Subject = {
    register: async () => CLIENT.client_id,
    // The response of its page and the exchange: two requests, as ours.
    async flow() {
      const body = String(new URLSearchParams({ ...authorization(), user_ref: user }))
      const sent = { method: 'POST', headers: FORM, body }
      const { location } = expectStatus(await send(`${SERVER}/v1/authorize/callback`, sent), 302)
      const code = new URL(location).searchParams.get('code') ?? ''
      return token({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI })
    },
    refresh: (_, { refresh_token }) => token({ grant_type: 'refresh_token', refresh_token }),
  }
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...server, stop, oauth, userinfo: `${SERVER}/v1/userinfo` }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function authorization(): Record<string, string> {
  return {
    response_type: 'code',
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT_URI,
    scope: 'openid offline_access',
    state: 'a-state',
    auth_server_id: 'default',
  }
}

async function startNode(
  probe: string,
  flags: (port: number) => string[],
  cwd?: string,
): Promise<NodeServer> {
  const port = Number(await portFor('0'))
  const started = performance.now()
  const child = spawn(process.execPath, flags(port), {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(cwd !== undefined && { cwd }),
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const send = sender(port)
  await untilStatus(child, send, probe)
  return {
    port,
    send,
    coldStartMs: performance.now() - started,
    async memoryMiB() {
      const rollup = await readFile(`/proc/${child.pid}/smaps_rollup`, 'utf8')
      return Number(rollup.match(/^Pss:\s+(\d+) kB/m)?.[1]) / 1024
    },
    async stop() {
      process.off('exit', kill)
      kill()
      await exited
    },
  }
}
