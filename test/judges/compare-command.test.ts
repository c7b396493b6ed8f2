import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compare } from '../../src/node/commands/compare'

// The pace is for the last test, whose command is another process.
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<object>()),
  setTimeout: () => Promise.resolve(),
}))

const CLI = join(import.meta.dirname, '../../src/node/cli.ts')

// A server that is not behind Access. Its metadata names a host on another site.
let server: Server
let url: string
let requests: { atMs: number; host?: string }[]

beforeEach(async () => {
  requests = []
  server = createServer((request, response) => {
    requests.push({
      atMs: performance.now(),
      ...(request.headers.host && { host: request.headers.host }),
    })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ authorization_servers: ['https://auth.elsewhere.invalid'] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
})

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  server.closeAllConnections()
  server.close()
})

/** Runs the command as at a terminal, and returns what it prints and a function that presses keys. */
function atTerminal(isTTY = true) {
  const terminal = Object.assign(new PassThrough(), { isTTY })
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as never)
  let printed = ''
  const print = (text: unknown) => {
    printed += text
    return true
  }
  vi.spyOn(process.stderr, 'write').mockImplementation(print)
  for (const name of ['log', 'error'] as const) vi.spyOn(console, name).mockImplementation(print)
  return {
    press: (keys: string) => terminal.write(keys),
    close: () => terminal.end(),
    prints: (text: string) => vi.waitFor(() => expect(printed).toContain(text), 10_000),
  }
}

describe('access-oauth-emulator compare', () => {
  it('says what it sends and to which host, and sends nothing before Enter', async () => {
    const { press, prints } = atTerminal()
    const done = compare.run([url])
    await prints('Press Enter')
    await prints(new URL(url).host)
    await prints('A made-up refresh token')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(requests).toEqual([])
    press('\n')
    await vi.waitFor(() => expect(requests).not.toEqual([]), 10_000)
    // The metadata names a host on another site.
    await prints('The metadata names auth.elsewhere.invalid. Send requests to it? (y/N)')
    press('n\n')
    // The question comes once, although two documents name the host.
    await done
    await prints('parts are equal')
  })

  it('sends nothing without a terminal, unless --yes is given', async () => {
    atTerminal(false)
    await expect(compare.run([url])).rejects.toThrow('nobody can press Enter here; pass --yes')
    expect(requests).toEqual([])
  })

  it('sends nothing if the terminal is closed instead', async () => {
    const { close, prints } = atTerminal()
    const done = compare.run([url])
    await prints('Press Enter')
    close()
    await expect(done).rejects.toThrow('Stopped, because there was no answer.')
    expect(requests).toEqual([])
  })

  it('with --yes waits for nobody, reaches no host that was not named, and sends two requests a second', async () => {
    const child = spawn(process.execPath, [CLI, 'compare', '--yes', url], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let printed = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
    await vi.waitFor(() => expect(requests.length).toBeGreaterThan(5), 15_000)
    child.kill()
    const times = requests.map(({ atMs }) => atMs)
    // Timers may be early by a few milliseconds.
    const spans = times.slice(2).map((atMs, index) => atMs - (times[index] ?? 0))
    expect(Math.min(...spans)).toBeGreaterThan(950)
    expect(printed).toContain(
      'auth.elsewhere.invalid is not reached; --host auth.elsewhere.invalid allows it',
    )
  })
})
