import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSituation } from '../../src/node/check/run'
import { commandRunner } from '../../src/node/check/run-command'
import type { Situation } from '../../src/node/check/situation'
import { SITUATIONS } from '../../src/node/check/situations'
import { check } from '../../src/node/commands/check'

const root = join(import.meta.dirname, '../..')
const CLIENT = join(import.meta.dirname, 'programs/client.mjs')
const HANGS = join(import.meta.dirname, 'programs/hangs.mjs')
// The client ends by itself, however slow the machine is.
const LIMITS = { limit: 40, idle: 30 }
// The client that hangs starts its child before this limit, however slow the machine is.
const LIMIT_OF_HANGS = { limit: 5, idle: 5 }
const plain = SITUATIONS.find(({ id }) => id === 'plain') as Situation

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('The browser of a client', () => {
  it.each(['BROWSER', 'xdg-open', 'open', 'prints'])('is answered: %s', async (how) => {
    const client = commandRunner([process.execPath, CLIENT, how, '{url}'])
    const { checks, runs } = await runSituation(plain, client, LIMITS)
    expect(runs).toMatchObject([{ how: 'exit', status: 0 }])
    expect(checks.find(({ id }) => id === 'bearer')).toMatchObject({ verdict: 'passed' })
  })
})

describe('A command', () => {
  it('that hangs is ended after the limit, with all its children', async () => {
    const pids = join(folder, 'pids')
    const client = commandRunner([process.execPath, HANGS, pids])
    const { runs, verdict } = await runSituation(plain, client, LIMIT_OF_HANGS)
    expect({ runs, verdict }).toMatchObject({ runs: [{ how: 'limit' }], verdict: 'not-seen' })
    const started = (await readFile(pids, 'utf8')).trim().split('\n').map(Number)
    expect(started).toHaveLength(2)
    expect(await Promise.all(started.map(isRunning))).toEqual([false, false])
  })

  it('that does not exist is named', async () => {
    const client = commandRunner(['no-such-client'])
    await expect(runSituation(plain, client, LIMITS)).rejects.toThrow(
      'no-such-client: no such command',
    )
  })
})

describe('access-oauth-emulator check', () => {
  it('prints JSON and writes JUnit XML', async () => {
    const junit = join(folder, 'junit.xml')
    const args = ['--json', '--junit', junit, '--situation', 'plain']
    const { code, stdout } = await cli([...args, '--', process.execPath, CLIENT, 'BROWSER'])
    expect(JSON.parse(stdout)).toMatchObject({ situations: [{ id: 'plain', verdict: 'passed' }] })
    expect(code).toBe(0)
    expect(await readFile(junit, 'utf8')).toContain('tests="1" failures="0" errors="0" skipped="0"')
  })

  it.each([
    [['--situation', 'plain'], /expected a command after --/],
    [['--fail-on', 'may', '--', 'x'], /--fail-on may: expected must or should/],
    [['--situation', 'plian', '--', 'x'], /Unknown situation plian/],
    [['--limit', 'soon', '--', 'x'], /limit is NaN: expected a number of seconds/],
  ])('%j is a mistake', async (args, message) => {
    await expect(check.run(args)).rejects.toThrow(message)
  })
})

// A process that has ended remains as a zombie until its parent has read its status.
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z /.test(stat)
}

type Run = { code: number; stdout: string }

function cli(args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const argv = ['src/node/cli.ts', 'check', ...args]
    execFile(process.execPath, argv, { cwd: root }, (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), stdout })
    })
  })
}
