import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { freePort, networkFetch } from '../support/server'
import { testIntegrations } from './integrations'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
const env = { ...process.env, PATH }

// The package as its users install it: packed, and installed in an empty project.
let project: string
let bin: string
let packed: string[]
const running: ChildProcess[] = []
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'project-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: ROOT,
    env,
  })
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf('[')))
  packed = files.map(({ path }: { path: string }) => path)
  await writeFile(join(project, 'package.json'), '{"type":"module"}')
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...flags, join(project, filename)], { cwd: project, env })
  bin = join(project, 'node_modules/.bin/access-oauth-emulator')
}, 240_000)
afterEach(() => {
  for (const { exitCode, pid, signalCode } of running.splice(0)) {
    if (exitCode === null && signalCode === null && pid) process.kill(-pid, 'SIGKILL')
  }
})
afterAll(() => rm(project, { recursive: true, force: true }))

/** The command, until it ends. */
async function cli(...argv: string[]): Promise<{ code: number; output: string }> {
  return ended(bin, argv)
}

async function ended(
  file: string,
  argv: string[],
  variables: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(file, argv, {
      cwd: project,
      env: { ...env, ...variables },
    })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

/** The command, once it is ready. `--json` prints another line then. */
async function started(...argv: string[]) {
  const port = await freePort()
  const child = spawn(bin, ['--port', String(port), ...argv], { cwd: project, env, detached: true })
  running.push(child)
  let output = ''
  let printed = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
    printed += chunk
  })
  child.stderr.on('data', (chunk) => (output += chunk))
  const done = new Promise<number | null>((resolve) => child.on('close', resolve))
  for (let tries = 0; !/Sign-in|^\{.*\}$/m.test(printed); tries++) {
    if (tries > 300 || child.exitCode !== null) throw new Error(`it did not start: ${output}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { child, done, port, output: () => output, printed: () => printed }
}

const clientAt = (port: number) =>
  new Client(networkFetch, `http://localhost:${port}`, `http://127.0.0.1:${port}`)

describe('The package in an empty project', () => {
  it('has an importable startEmulator, which leaves no file and no process behind', async () => {
    const script = `
      import { startEmulator } from 'access-oauth-emulator'
      const emulator = await startEmulator({ people: [{ name: 'Ada', email: 'ada@example.com' }] })
      const { accessToken } = await emulator.signIn('ada@example.com')
      const response = await emulator.fetch('/whoami', {
        headers: { authorization: 'Bearer ' + accessToken },
      })
      const { claims } = await response.json()
      const follower = await fetch(emulator.consoleUrl + 'events?follow')
      await emulator.close()
      console.log(JSON.stringify({ email: claims.email, url: emulator.url }))`
    await writeFile(join(project, 'use.mjs'), script)
    const TMPDIR = await mkdtemp(join(project, 'tmp-'))
    // The process ends: no open handle keeps Node alive.
    const { stdout } = await run(process.execPath, ['use.mjs'], {
      cwd: project,
      env: { ...env, TMPDIR },
      timeout: 30_000,
    })
    const { email, url } = JSON.parse(stdout)
    expect(email).toBe('ada@example.com')
    expect(await readdir(TMPDIR)).toEqual([])
    await expect(fetch(url)).rejects.toThrow()
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types that stand alone: %s, %s', async (module, moduleResolution) => {
    const script = `
      import { startEmulator } from 'access-oauth-emulator'
      const policy = { name: 'All', decision: 'allow' as const, include: [{ everyone: {} }] }
      await using emulator = await startEmulator({
        applications: [{ name: 'Mine', domain: '*', policies: [policy] }],
      })
      // @ts-expect-error: a member that does not exist
      await startEmulator({ applications: [{ name: 'Mine', polices: [] }] })
      // @ts-expect-error: an option that does not exist
      await startEmulator({ prot: 1 })
      await emulator.faults.set('error', { endpoint: 'token', status: 503, times: 1 })
      // @ts-expect-error: a status that the fault cannot have
      await emulator.faults.set('error', { status: 418 })
      // @ts-expect-error: a quirk that does not exist
      await emulator.quirks.set('nonsense', true)
      const { identity } = await emulator.events.next({ kind: 'signed-in' })
      // @ts-expect-error: the type is string, not any
      const email: number = identity.email
      const rules = await emulator.autoSignIn.get()
      // @ts-expect-error: the type is string here too
      const same: number | undefined = Array.isArray(rules) ? rules[0]?.email : rules?.email`
    const file = join(project, `use-${module}.ts`)
    await writeFile(file, script)
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const flags = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2024']
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    const said = await run(
      process.execPath,
      [tsc, ...flags, ...types, '--module', module, '--moduleResolution', moduleResolution, file],
      { cwd: project, env },
    ).then(
      () => '',
      ({ stdout }) => stdout,
    )
    expect(said).toBe('')
  })

  it('contains its licence, and those of the code that is bundled in the engine', () => {
    const expected = ['LICENSE', 'dist/THIRD-PARTY-NOTICES', 'dist/engine.mjs']
    expect(packed).toEqual(expect.arrayContaining(expected))
  })

  it('is one folder of less than 3 MB', async () => {
    expect(await readdir(join(project, 'node_modules'))).toEqual(
      expect.not.arrayContaining(['miniflare', 'hono']),
    )
    const folders = await readdir(join(project, 'node_modules'))
    expect(folders.filter((name) => !name.startsWith('.'))).toEqual(['access-oauth-emulator'])
    const files = await readdir(join(project, 'node_modules'), {
      recursive: true,
      withFileTypes: true,
    })
    const sizes = files
      .filter((each) => each.isFile())
      .map(async ({ name, parentPath }) => (await stat(join(parentPath, name))).size)
    const bytes = (await Promise.all(sizes)).reduce((sum, each) => sum + each, 0)
    expect(bytes).toBeLessThan(3_000_000)
  })
})

describe('The package as a guest', () => {
  // A script in a process of its own, which prints JSON and nothing else.
  const guest = async (script: string) => {
    const file = join(project, 'guest.mjs')
    await writeFile(file, script)
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: project, env })
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  it('leaves the globals as they are, and prints nothing', async () => {
    const changes = await guest(`
      // Node creates these when they are first read.
      const lazily = [fetch, Request, crypto.subtle]
      const look = () => new Map(
        [globalThis, Reflect, Date, Promise.prototype, process].flatMap((object) =>
          Reflect.ownKeys(object)
            .filter((name) => object !== process || name === 'emitWarning' || name === '_events')
            .map((name) => [object, name, Reflect.getOwnPropertyDescriptor(object, name)])
            .map(([object, name, { value, get }]) =>
              [String(name) + String(object[Symbol.toStringTag] ?? object.name), value ?? get])))
      const before = look()
      const { startEmulator } = await import('access-oauth-emulator')
      const emulator = await startEmulator()
      await emulator.signIn('ada@example.com')
      // The API's certificates bring a library that changes Reflect.
      const path = '/client/v4/accounts/' + '0'.repeat(32) + '/access/keys'
      await emulator.fetch(path)
      await fetch(emulator.mcpUrl)
      await fetch(emulator.teamUrl + '/cdn-cgi/access/certs')
      await emulator.fetch('/nothing', { method: 'POST', body: '{' })
      await emulator.close()
      const after = look()
      const names = [...new Set([...before.keys(), ...after.keys()])]
      console.log(JSON.stringify(names.filter((name) => !Object.is(before.get(name), after.get(name)))))`)
    expect(changes).toEqual([])
  })

  it('works while the test has replaced timers, fetch, Date and console', async () => {
    const answer = await guest(`
      import { createServer } from 'node:http'
      import { startEmulator } from 'access-oauth-emulator'
      const print = console.log
      const origin = createServer((_, response) => response.end('from the origin'))
      await new Promise((resolve) => origin.listen(0, '127.0.0.1', resolve))
      const stubbed = () => { throw new Error('a stub was called') }
      globalThis.fetch = stubbed
      // As with fake timers, no timer fires until a test advances them.
      const timer = { ref: () => timer, unref: () => timer, refresh: () => timer }
      for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
        globalThis[name] = () => timer
      }
      for (const name of ['log', 'warn', 'error', 'info', 'debug']) console[name] = stubbed
      const RealDate = Date
      globalThis.Date = class extends RealDate {
        constructor(...given) { super(...(given.length ? given : [0])) }
        static now() { return 0 }
      }
      const lines = []
      const emulator = await startEmulator({
        origin: 'http://127.0.0.1:' + origin.address().port,
        log: (line) => lines.push(line),
      })
      const { accessToken } = await emulator.signIn('ada@example.com')
      const headers = { authorization: 'Bearer ' + accessToken }
      const body = await (await emulator.fetch('/whoami', { headers })).text()
      const event = await emulator.events.next({ kind: 'registration' }, { timeout: 50 })
      const late = await emulator.events
        .next({ kind: 'registration' }, { timeout: 50 })
        .catch(({ message }) => message)
      const year = (await emulator.clock.now()).getUTCFullYear()
      await emulator.close()
      origin.close()
      print(JSON.stringify({ body, late, kind: event.kind, year, logged: lines.some((line) => line.includes(' + token')) }))`)
    expect(answer).toEqual({
      body: 'from the origin',
      kind: 'registration',
      late: expect.stringContaining('within 50 ms'),
      year: expect.any(Number),
      logged: true,
    })
    expect(answer.year).toBeGreaterThan(2020)
  })

  it('moves its clock with the Date of fake timers if it is to follow them', async () => {
    const answer = await guest(`
      import { startEmulator } from 'access-oauth-emulator'
      const RealDate = Date
      let now = RealDate.parse('2027-01-01T00:00:00Z')
      globalThis.Date = class extends RealDate {
        constructor(...given) { super(...(given.length ? given : [now])) }
        static now() { return now }
      }
      const following = await startEmulator({ followFakeTimers: true })
      const other = await startEmulator()
      const { accessToken } = await following.signIn('ada@example.com')
      const headers = { authorization: 'Bearer ' + accessToken }
      const whoami = async () => (await following.fetch('/whoami', { headers })).status
      const before = await whoami()
      now += 16 * 60_000
      const after = await whoami()
      const years = [following, other].map(async ({ clock }) => (await clock.now()).toISOString())
      const [own, others] = await Promise.all(years)
      await Promise.all([following.close(), other.close()])
      console.log(JSON.stringify({ before, after, own, isOther: own !== others }))`)
    expect(answer).toEqual({
      before: 200,
      after: 401,
      own: '2027-01-01T00:16:00.000Z',
      isOther: true,
    })
  })

  it('does not keep an idle process alive, and ends no request that a caller awaits', async () => {
    const answer = await guest(`
      import { startEmulator } from 'access-oauth-emulator'
      const emulator = await startEmulator({ listen: false })
      await emulator.signIn('ada@example.com')
      await emulator.faults.set('slow', { delay: '300ms', endpoint: 'application' })
      const startedAt = Date.now()
      await emulator.fetch('/whoami')
      console.log(JSON.stringify(Date.now() - startedAt))`)
    expect(answer).toBeGreaterThanOrEqual(290)
  })
})

describe('The command', () => {
  it('prints its usage', async () => {
    const help = await cli('--help')
    expect(help).toMatchObject({ code: 0 })
    for (const flag of [
      '--origin',
      '--port',
      '--auto-sign-in',
      '--persist',
      '--team-domain',
      '--var',
      '--json',
      '--import',
      '--export-on-exit',
      'exec [flags] -- npm test',
      'token ada@example.com',
    ]) {
      expect(help.output).toContain(flag)
    }
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    expect(await cli('--version')).toEqual({ code: 0, output: `${version}\n` })
  })

  it('prints its usage with an older Node too, which starts nothing else', async () => {
    const versions = "{ value: { ...process.versions, node: '20.20.2' } }"
    const older = `data:text/javascript,Object.defineProperty(process, 'versions', ${versions})`
    const NODE_OPTIONS = `--import="${older.replaceAll(' ', '%20')}"`
    const as = (...argv: string[]) => ended(bin, argv, { NODE_OPTIONS })
    expect(await as('--help')).toMatchObject({ code: 0 })
    expect(await as('--version')).toMatchObject({ code: 0 })
    const why = 'Node 22.13 or newer is needed, this is 20.20.2'
    expect(await as('--port', '0')).toEqual({ code: 1, output: `${why}\n` })
    const use = `import { startEmulator } from 'access-oauth-emulator'
      await startEmulator().catch(({ message }) => console.log(message))`
    const argv = ['--input-type=module', '--eval', use]
    const started = await ended(process.execPath, argv, { NODE_OPTIONS })
    expect(started).toEqual({ code: 0, output: `${why}\n` })
  })

  it.each([
    ['a flag that does not exist', ['--orign', 'http://x'], '--orign'],
    ['an origin that is no URL', ['--origin', 'localhost'], 'origin is localhost'],
    ['a port that is not a number', ['--port', 'many'], '--port many'],
    ['a port that is too high', ['--port', '70000'], 'port is 70000'],
    ['a person without an address', ['--port', '0', '--auto-sign-in', 'ada'], '--auto-sign-in ada'],
    ['a setting that does not exist', ['--var', 'CODE_LIFTIME:1s'], 'CODE_LIFTIME'],
    ['a setting without a value', ['--var', 'CODE_LIFETIME'], '--var CODE_LIFETIME'],
    ['something beside the flags', ['start'], 'start'],
    ['a token for nobody', ['token'], 'one e-mail address'],
    ['a token for two people', ['token', 'a@example.com', 'b@example.com'], 'one e-mail address'],
    ['a token of an emulator that is no URL', ['token', 'a@example.com', '--url', 'x'], '--url x'],
  ])('ends with 2 for %s', async (_, argv, said) => {
    const { code, output } = await cli(...argv)
    expect([code, output.includes(said)]).toEqual([2, true])
  })

  it('ends with 1 for a wrong setting, and names it', async () => {
    const { code, output } = await cli('--port', '0', '--var', 'CODE_LIFETIME:soon')
    expect([code, output.includes('CODE_LIFETIME is "soon"')]).toEqual([1, true])
  })

  it('prints its addresses, signs in automatically, prints every decision, and ends with SIGTERM', async () => {
    const { child, done, output, port } = await started('--auto-sign-in', 'ada@example.com')
    for (const line of [
      `MCP server behind Access   http://localhost:${port}/mcp`,
      `Team domain (the issuer)   http://127.0.0.1:${port}`,
      `Console                    http://localhost:${port}/_emulator/`,
      'automatic, as ada@example.com',
    ]) {
      expect(output()).toContain(line)
    }
    const rules = await networkFetch(`http://localhost:${port}/_emulator/auto-sign-in`)
    expect(await rules.json()).toMatchObject({ email: 'ada@example.com' })
    expect((await networkFetch(`http://localhost:${port}/mcp`)).status).toBe(401)
    await expect.poll(output, { timeout: 20_000 }).toContain('? challenge')
    const { code, output: refused } = await cli('--port', String(port))
    expect([code, refused.includes(`Port ${port} is taken`)]).toEqual([1, true])
    child.kill('SIGTERM')
    expect(await done).toBe(0)
  })

  it('ends with 0 for Ctrl+C, which reaches the processes that it started as well', async () => {
    const policies = [{ name: 'P', decision: 'allow', include: [{ group: { id: 'engineers' } }] }]
    const applications = JSON.stringify([
      { name: 'A', domain: '*', oauth_configuration: {}, policies },
    ])
    const { child, done, output, port } = await started(
      ...['--team-domain', 'team.localhost', '--quiet', '--var', `APPLICATIONS:${applications}`],
    )
    expect(output().match(/Warning: .*"engineers"/g)).toHaveLength(1)
    const metadata = await networkFetch(
      `http://localhost:${port}/.well-known/oauth-authorization-server`,
    )
    expect(await metadata.json()).toMatchObject({ issuer: `http://team.localhost:${port}` })
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await done).toBe(0)
    await expect(fetch(`http://localhost:${port}`)).rejects.toThrow()
  })

  it('prints one line of JSON when it is ready, and every decision to stderr', async () => {
    const { child, done, output, port, printed } = await started(
      ...['--json', '--origin', 'http://localhost:1/notes/mcp', '--var', 'ACCESS_PATH:/.access'],
    )
    const app = `http://localhost:${port}`
    const team = `http://127.0.0.1:${port}`
    expect(JSON.parse(printed())).toEqual({
      application: app,
      mcp_server: `${app}/notes/mcp`,
      team_domain: team,
      console: `${app}/_emulator/`,
      api: `${app}/client/v4`,
      issuer: team,
      aud: expect.stringMatching(/^[0-9a-f]{64}$/),
      certs: `${team}/.access/certs`,
      portals: [{ id: 'demo', url: expect.stringMatching(/\/portals\/demo\/mcp$/) }],
      pid: child.pid,
    })
    expect((await networkFetch(`${team}/.access/certs`)).status).toBe(200)
    await networkFetch(`${app}/mcp`)
    await expect.poll(output, { timeout: 20_000 }).toContain('? challenge')
    child.kill('SIGTERM')
    expect(await done).toBe(0)
    expect(printed().trim().split('\n')).toHaveLength(1)
  })

  it('prints the token of a person at a running emulator, or why there is none', async () => {
    const { child, done, port } = await started('--quiet')
    const app = `http://localhost:${port}`
    const token = (...argv: string[]) => cli('token', ...argv, '--url', app)
    const { code, output } = await token('ada@example.com')
    expect([code, output]).toEqual([0, expect.stringMatching(/^oauth:\S+\n$/)])
    const bearer = { headers: { authorization: `Bearer ${output.trim()}` } }
    expect((await networkFetch(`${app}/whoami`, bearer)).status).toBe(200)
    const resource = `${app}/other`
    const whole = await token('ada@example.com', '--json', '--resource', resource)
    expect(JSON.parse(whole.output)).toMatchObject({
      client_id: expect.any(String),
      refresh_token: expect.stringMatching(/^oauth:/),
      resource,
    })
    const refused = await token('mallory@blocked.example')
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(
      /^mallory@blocked.example cannot be signed in: .*No policy of Demo/,
    )
    const uri = await token('ada@example.com', '--redirect-uri', 'https://attacker.example/')
    expect([uri.code, uri.output.includes('with --redirect-uri')]).toEqual([1, true])
    child.kill('SIGTERM')
    await done
    const nobody = await token('ada@example.com')
    expect(nobody.code).toBe(1)
    expect(nobody.output).toContain(`No emulator responds at ${app}`)
  })

  it('keeps clients and grants in a folder if one is set', async () => {
    const persist = ['--persist', 'kept', '--auto-sign-in', 'ada@example.com', '--quiet']
    const stop = async ({ child, done }: Awaited<ReturnType<typeof started>>) => {
      child.kill('SIGTERM')
      await done
    }
    const first = await started(...persist)
    const { clientId } = await clientAt(first.port).connect()
    await stop(first)
    const again = await started(...persist)
    const list = await networkFetch(`http://localhost:${again.port}/_emulator/clients`)
    expect(await list.json()).toMatchObject({ clients: [{ id: clientId }] })
    await stop(again)
  })

  it('keeps every change that had a response when it is killed, and names the process that has the folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kept-'))
    const persist = ['--persist', folder, '--auto-sign-in', 'ada@example.com', '--quiet']
    const first = await started(...persist)
    const { clientId, tokens } = await clientAt(first.port).connect()
    const refreshToken = tokens.refresh_token ?? ''
    const next = await clientAt(first.port).refresh(clientId, refreshToken)
    const { access_token: newest } = (await next.json()) as { access_token: string }
    const second = await cli('--port', '0', '--persist', folder)
    expect(second.code).toBe(1)
    expect(second.output).toContain(`${folder} is in use by process ${first.child.pid},`)
    first.child.kill('SIGKILL')
    await first.done
    const again = await started(...persist)
    for (const token of [tokens.access_token, newest]) {
      const bearer = { headers: { authorization: `Bearer ${token}` } }
      const whoami = await networkFetch(`http://localhost:${again.port}/whoami`, bearer)
      expect(whoami.status).toBe(200)
    }
    // It was rotated before the process ended, so this is reuse.
    const reuse = await clientAt(again.port).refresh(clientId, refreshToken)
    expect(await reuse.json()).toMatchObject({ error: 'invalid_grant' })
    again.child.kill('SIGTERM')
    await again.done
    await rm(folder, { recursive: true })
  })
})

describe('The package beside test runners', () => testIntegrations(() => project))
