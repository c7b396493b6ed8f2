import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exec-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Starts `exec` with these arguments, and a program of Node as its command. */
function start(flags: string[], program: string): ChildProcess {
  const command = ['exec', ...flags, '--', process.execPath, '--eval', program]
  return spawn(process.execPath, ['src/node/cli.ts', ...command], { stdio: 'pipe' })
}

async function ended(child: ChildProcess): Promise<{ status: number | null; output: string }> {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, output }
}

const CONTROL =
  'const control = (path, init) => fetch(process.env.ACCESS_CONSOLE_URL + path, init);'

describe('access-oauth-emulator exec', () => {
  it('runs a command with the addresses of an emulator, and ends with its status', async () => {
    const program = `const { env } = process
      const names = Object.keys(env).filter((name) => name.startsWith('ACCESS_')).sort()
      fetch(env.ACCESS_MCP_URL).then(({ status }) => {
        console.log(JSON.stringify({ names, status, aud: env.ACCESS_AUD.length }))
        process.exit(7)
      })`
    const { status, output } = await ended(start([], program))
    expect(status).toBe(7)
    expect(JSON.parse(output)).toEqual({
      names: [
        'ACCESS_API_URL',
        'ACCESS_AUD',
        'ACCESS_CERTS_URL',
        'ACCESS_CONSOLE_URL',
        'ACCESS_ISSUER',
        'ACCESS_MCP_URL',
        'ACCESS_URL',
      ],
      status: 401,
      aud: 64,
    })
  })

  it('passes a signal on, and ends with the status of the signal', async () => {
    const child = start([], "console.log('up'); setInterval(() => {}, 1000)")
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    const end = ended(child)
    child.kill('SIGTERM')
    expect((await end).status).toBe(143)
  })

  it('writes the state at the end, and starts with it again', async () => {
    const file = join(folder, 'state.json')
    const signIn = `${CONTROL} control('tokens', { method: 'POST', body: '{"email":"ada@example.com"}' })`
    expect((await ended(start(['--export-on-exit', file], signIn))).status).toBe(0)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8')).grants).toHaveLength(1)
    const list = `${CONTROL} control('grants').then((r) => r.json()).then(({ grants }) => console.log(grants[0].email))`
    const { output } = await ended(start(['--import', file], list))
    expect(output.trim()).toBe('ada@example.com')
  })

  it.each([
    ['a command that does not exist', ['--', 'no-such-command'], 'ENOENT'],
    ['no command', ['--port', '0'], 'expected a command: exec -- npm test'],
    ['a flag that does not exist', ['--orign', 'x', '--', 'true'], '--orign'],
  ])('ends with 2 for %s', async (_, args, message) => {
    const child = spawn(process.execPath, ['src/node/cli.ts', 'exec', ...args], { stdio: 'pipe' })
    expect(await ended(child)).toEqual({ status: 2, output: expect.stringContaining(message) })
  })

  it('ends with 1 for a state that cannot be read', async () => {
    const { status, output } = await ended(start(['--import', join(folder, 'none')], ''))
    expect([status, output]).toEqual([1, expect.stringContaining('--import')])
  })
})
