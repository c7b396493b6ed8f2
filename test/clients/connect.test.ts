import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'node-html-parser'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { portFor } from '../../src/node/port'
import { type Server, startServer } from '../support/server'

// Below node_modules, so that the servers find their packages.
const CACHE = join(import.meta.dirname, '../../node_modules/.cache')
const run = promisify(execFile)

/** Returns the text of a block of the page "Connect". */
async function block(server: Server, name: string): Promise<string> {
  const response = await server.fetch(`${server.app}/_emulator/console/connect`)
  const root = parse(await response.text(), { blockTextElements: { script: true, style: true } })
  const card = root.querySelectorAll('.blocks li').find((each) => heading(each) === name)
  const code = card?.querySelector('pre code')?.text
  if (!code) throw new Error(`no block ${name}`)
  return code
}

function heading(card: ReturnType<typeof parse>): string | undefined {
  return card.querySelector('h3')?.text
}

// A Worker is a module that handles requests, so something else has to listen.
const RUNNER = `import { serve } from '@hono/node-server'
import worker from './server.mjs'
serve({ fetch: worker.fetch, port: Number(process.env.PORT) })
`

describe.each(['Express', 'Hono', 'Workers'])('The server for %s of the page "Connect"', (name) => {
  let server: Server
  let folder: string
  let origin: string
  let stop: () => void
  beforeAll(async () => {
    const port = await portFor('0')
    origin = `http://127.0.0.1:${port}`
    server = await startServer(['--var', `ORIGIN_URL:${origin}`])
    await mkdir(CACHE, { recursive: true })
    folder = await mkdtemp(join(CACHE, 'server-'))
    await writeFile(join(folder, 'server.mjs'), await block(server, name))
    await writeFile(join(folder, 'runner.mjs'), RUNNER)
    const file = join(folder, name === 'Workers' ? 'runner.mjs' : 'server.mjs')
    const child = spawn(process.execPath, [file], { env: { ...process.env, PORT: port } })
    stop = () => child.kill()
    await vi.waitFor(() => fetch(origin), { timeout: 20_000, interval: 100 })
  })
  afterAll(async () => {
    stop?.()
    await server?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  it('greets the person whom Access admits', async () => {
    const issued = await server.control('POST', 'tokens', { email: 'ada@example.com' })
    const { access_token: token } = (await issued.json()) as { access_token: string }
    const headers = { authorization: `Bearer ${token}` }
    expect(await (await server.fetch(server.app, { headers })).text()).toBe(
      'Hello, ada@example.com',
    )
  })

  it('refuses a request that did not pass Access, and every assertion that is not valid', async () => {
    expect((await fetch(origin)).status).toBe(403)
    const checked = await server.control('POST', 'check-origin', { path: '/' })
    const { checks } = (await checked.json()) as { checks: { result: string; expected: string }[] }
    expect(checks.length).toBeGreaterThan(5)
    for (const check of checks) expect(check).toMatchObject({ result: check.expected })
  })
})

describe('The shell scripts of the page "Connect"', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server?.stop())

  it('walk through the whole flow with curl', async () => {
    const { stdout } = await run('/bin/sh', ['-c', await block(server, 'The whole flow with curl')])
    expect(stdout).toContain('HTTP/1.1 401')
    expect(stdout).toContain('"protected":true')
    expect(stdout).toContain('"registration_endpoint"')
    expect(stdout.match(/^\d{3}$|(?<=})\d{3}$/gm)).toEqual(['200', '401', '200'])
  })

  it('make a service token and use it', async () => {
    const { stdout } = await run('/bin/sh', ['-c', await block(server, 'Service token')])
    expect(stdout.trim()).toMatch(/(^|\D)200$/)
  })
})
