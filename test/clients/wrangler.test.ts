import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { type Server, startServer } from '../support/server'

// The installed wrangler, unmodified: its environment points it to the emulator [D31].
const WRANGLER = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js')

let server: Server
let home: string
const running: ChildProcess[] = []
beforeAll(async () => {
  server = await startServer()
  home = await mkdtemp(join(tmpdir(), 'wrangler-'))
})
afterAll(async () => {
  await server?.stop()
  await rm(home, { recursive: true, force: true })
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

it('logs in, and shows the user [D31, V22]', async () => {
  expect(await login('allow')).toMatchObject({
    code: 0,
    output: expect.stringContaining('Successfully logged in.'),
  })
  const whoami = await wrangler(['whoami', '--json']).done
  expect(whoami.code).toBe(0)
  expect(JSON.parse(whoami.stdout)).toMatchObject({
    loggedIn: true,
    email: 'ada@example.com',
    accounts: [{ id: '0123456789abcdef0123456789abcdef', name: 'Emulated account' }],
  })
})

it('refreshes its tokens automatically once they have expired [D23]', async () => {
  await loggedIn()
  const before = await tokens()
  await server.control('PATCH', 'clock', { advance: '61m' })
  // Wrangler uses its own clock, so its stored expiry is set to the past.
  await expire()
  const whoami = await wrangler(['whoami']).done
  expect(whoami.output).toContain('ada@example.com')
  expect(await tokens()).not.toEqual(before)
})

it('deploys nothing: the API judges the token and says that Workers are not emulated [V27]', async () => {
  await loggedIn()
  await writeFile(join(home, 'worker.js'), 'export default { fetch: () => new Response("hello") }')
  const flags = ['--name', 'hello', '--compatibility-date', '2026-01-01']
  const { code, output } = await wrangler(['deploy', 'worker.js', ...flags]).done
  expect(code).toBe(1)
  expect(output).toMatch(/GET \/accounts\/\w+\/workers\/\S+ is not emulated/)
  expect(await events()).toContainEqual(
    expect.objectContaining({
      kind: 'api-call',
      client: expect.objectContaining({ name: 'Wrangler' }),
      email: 'ada@example.com',
      why: expect.stringContaining('is not emulated'),
      change: expect.stringContaining('API_ORIGIN_URL'),
    }),
  )
})

it('logs out [D31]', async () => {
  await loggedIn()
  const logout = await wrangler(['logout']).done
  expect(logout.output).toContain('Successfully logged out.')
  const kinds = (await events()).map(({ kind, by }) => [kind, by])
  expect(kinds).toContainEqual(['grant-revoked', 'client'])
})

it('receives access_denied if the person denies consent [D18]', async () => {
  const { code, output } = await login('deny')
  expect(code).toBe(1)
  expect(output).toContain('Consent denied')
})

it('is no longer logged in once the person has revoked it [D30]', async () => {
  await loggedIn()
  const oauth_client = '54d11594-84e4-41aa-b438-e81b8fa78ee7'
  await server.control('POST', 'revoke', { person: 'ada@example.com', oauth_client })
  await expire()
  expect((await wrangler(['whoami']).done).output).not.toContain('ada@example.com')
})

/** Logs in, unless an earlier test has: each run of wrangler takes more than a second. */
async function loggedIn(): Promise<void> {
  if ((await tokens().catch(() => [])).length > 0) return
  expect(await login('allow')).toMatchObject({ code: 0 })
}

/** `wrangler login`, with a browser that opens the URL that it prints. */
async function login(consent: 'allow' | 'deny') {
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com', consent })
  const { address, done } = wrangler(['login', '--browser=false'])
  const response = await server.fetch(await address)
  const callback = response.headers.get('location') ?? ''
  expect(callback).toMatch(/^http:\/\/localhost:8976\/oauth\/callback\?/)
  await atTheCallback(callback)
  return done
}

/** Wrangler prints the URL before it listens, so a test has to wait for the port. */
async function atTheCallback(callback: string): Promise<void> {
  await vi.waitFor(() => server.fetch(callback), { timeout: 20_000 })
}

function wrangler(argv: string[]) {
  const { PATH } = process.env
  const at = `127.0.0.1:${server.port}`
  const child = spawn(process.execPath, [WRANGLER, ...argv], {
    cwd: home,
    env: {
      PATH,
      HOME: home,
      XDG_CONFIG_HOME: home,
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_AUTH_DOMAIN: at,
      WRANGLER_AUTH_URL: `http://${at}/oauth2/auth`,
      WRANGLER_TOKEN_URL: `http://${at}/oauth2/token`,
      WRANGLER_REVOKE_URL: `http://${at}/oauth2/revoke`,
      CLOUDFLARE_API_BASE_URL: `http://${at}/client/v4`,
    },
  })
  running.push(child)
  let [stdout, output] = ['', '']
  const address = new Promise<string>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk
      const found = output.match(/http:\S+\/oauth2\/auth\?\S+(?=\s)/)?.[0]
      if (found) resolve(found)
    }
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      read(chunk)
    })
    child.stderr.on('data', read)
  })
  const done = new Promise<{ code: number | null; stdout: string; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, output })),
  )
  return { address, done }
}

async function tokensFile(): Promise<string> {
  const files = await readdir(home, { recursive: true })
  const file = files.find((each) => each.endsWith('default.toml'))
  if (!file) throw new Error(`no tokens in ${files}`)
  return join(home, file)
}

async function tokens(): Promise<string[]> {
  return (await readFile(await tokensFile(), 'utf8')).match(/cf(oat|ort)_[\w.-]+/g) ?? []
}

async function expire(): Promise<void> {
  const file = await tokensFile()
  const text = await readFile(file, 'utf8')
  const past = text.replace(/expiration_time = "[^"]*"/, 'expiration_time = "2020-01-01T00:00:00Z"')
  await writeFile(file, past)
}

async function events(): Promise<Record<string, unknown>[]> {
  const response = await server.control('GET', 'events')
  return ((await response.json()) as { events: Record<string, unknown>[] }).events
}
