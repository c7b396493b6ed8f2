import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DEFAULT_PORT, parseStartFlags } from '../../src/node/start-flags.ts'
import { openStore } from '../../src/node/store-folder.ts'
import { freePort } from '../support/server'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ends: (() => Promise<void> | void)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

type Started = { process: ChildProcess; said(text: string): Promise<void>; output(): string }

/** `npm start` in the project, or in a copy of it. */
function npmStart(flags: string[], cwd = ROOT): Started {
  const child = spawn('npm', ['start', '--', '--inspector-port', '0', ...flags], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text))
  ends.push(() => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  })
  const said = (text: string) => vi.waitFor(() => expect(printed).toContain(text), 90_000)
  return { process: child, said, output: () => printed }
}

async function temporary(at = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(at, 'emulator-'))
  ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

// Every start takes seconds, so the tests share four. The last tests kill them.
let atOnce: [Started, Started]
let onFolder: Started & { folder: string; port: number }
let ofCopy: Started & { folder: string }
beforeAll(async () => {
  atOnce = [npmStart(['--port', '0']), npmStart(['--port', '0'])]
  await Promise.all(atOnce.map(({ said }) => said('Ready on')))
  const folder = await temporary()
  const port = await freePort()
  onFolder = { ...npmStart(['--port', String(port), '--persist', folder]), folder, port }
  const copy = await copyOfProject()
  const flags = ['--port', String(await freePort()), '--persist', join(copy, 'store')]
  ofCopy = { ...npmStart(flags, copy), folder: copy }
  await Promise.all([onFolder, ofCopy].map(({ said }) => said('Ready on')))
}, 240_000)

describe('Two npm start', () => {
  it('at once both become ready, each with a temporary store if its port is chosen', () => {
    for (const { output } of atOnce) {
      expect(output()).toContain('Ready on')
      expect(output()).toMatch(/Store +a temporary folder/)
    }
  })

  it('on one folder: the second refuses, and names the process and the port of the first', async () => {
    const { folder, port } = onFolder
    const second = npmStart(['--port', String(await freePort()), '--persist-to', folder])
    await second.said(`${folder} is in use by process `)
    expect(second.output()).toContain(` on port ${port}, since `)
    expect(second.output()).not.toContain('Ready on')
  })
})

describe('The store of npm start', () => {
  const wanted = { defaultPort: DEFAULT_PORT, isChosen: false, persist: undefined }

  it.each([
    [DEFAULT_PORT, 'state'],
    ['8951', 'state-8951'],
  ])('on port %s is .wrangler/%s; earlier versions had one for all ports', async (port, name) => {
    const root = await temporary()
    expect(openStore({ ...wanted, root, port }).path).toBe(join(root, '.wrangler', name))
  })

  it('fails at once on a path where no folder can be made', () => {
    const persist = '/proc/self/x/y'
    expect(() => openStore({ ...wanted, root: ROOT, port: '1', persist })).toThrow(/ENOENT/)
  })
})

describe('The flags of npm start', () => {
  it("are the command's, and wrangler's", () => {
    const flags = ['--origin=http://localhost:3000/x', '--team-domain', 'team.test', '--ip', '::']
    expect(parseStartFlags([...flags, '--var', 'CODE_LIFETIME:10s'])).toMatchObject({
      port: DEFAULT_PORT,
      mcpPath: '/x',
      vars: {
        ORIGIN_URL: 'http://localhost:3000',
        TEAM_DOMAIN: 'team.test',
        CODE_LIFETIME: '10s',
      },
      others: ['--ip', '::'],
    })
  })

  it.each([
    [['--port'], '--port: expected a value'],
    [['--port', 'x'], '--port x: expected a number'],
    [['--var', 'x'], '--var x: expected NAME:value'],
    [['--origin', 'localhost:3000'], 'did you mean http://localhost:3000?'],
  ])('are refused with the reason: %j', (flags, reason) => {
    expect(() => parseStartFlags(flags)).toThrow(reason)
  })

  it('have a help of their own', async () => {
    const { said, output } = npmStart(['--help'])
    await said('--auto-sign-in <e-mail>')
    await said('Other flags go to wrangler dev')
    expect(output()).not.toContain('--install-skills')
  })
})

describe('A saved wrangler.toml', () => {
  it('is reloaded however an editor saves, and reported; a wrong one is not, with the reason', async () => {
    const server = ofCopy
    const file = join(server.folder, 'wrangler.toml')
    const seed = await readFile(file, 'utf8')
    const domain = async () => {
      const response = await fetch(`${addressOf(server)}/_emulator/settings`).catch(() => undefined)
      return ((await response?.json()) as { applications: { name: string }[] })?.applications[0]
        ?.name
    }
    const save = {
      'in place': (text: string) => writeFile(file, text),
      'by rename': async (text: string) => {
        await writeFile(`${file}.tmp`, text)
        await rename(`${file}.tmp`, file)
      },
      'with a backup': async (text: string) => {
        await rename(file, `${file}~`)
        await writeFile(file, text)
      },
      'in two steps': async (text: string) => {
        await truncate(file)
        await writeFile(file, text)
      },
    }
    let number = 0
    for (const how of Object.values(save)) {
      const name = `Number ${++number}`
      await how(seed.replace('name = "Demo"', `name = "${name}"`))
      await expect.poll(domain, { timeout: 20_000 }).toBe(name)
    }
    await server.said('reloaded: 5 applications, 5 policies')

    const dangling = seed.replace(/^include = .*/m, 'include = [{ group = { id = "x" } }]')
    await save['by rename'](dangling.replace('name = "Demo"', `name = "Number ${++number}"`))
    await server.said('Warning: APPLICATIONS[0].policies[0].include[0].group is "x"')
    await save['by rename'](seed.replace('decision = "allow"', 'decision = "alow"'))
    await server.said(
      'kept the old settings, because of Invalid settings: APPLICATIONS[0].policies[0]',
    )
    await save['in place']('[vars')
    await server.said('kept the old settings, because wrangler.toml is not TOML: line 1')
    expect(await domain()).toBe(`Number ${number}`)
  }, 120_000)
})

describe('kill -9 leaves no process and no port that is in use, two seconds later:', () => {
  it.each([
    ['npm', /^npm/, () => atOnce[0]],
    ['the shell of npm', /^sh /, () => atOnce[1]],
    ['the start script', /^node src\/node\/start/, () => ofCopy],
    ['wrangler', /wrangler-dist\/cli/, () => onFolder],
  ])('%s', async (_, command, started) => {
    const npm = started()
    const address = addressOf(npm)
    const responds = () => fetch(address).then(Boolean, () => false)
    expect(await responds()).toBe(true)
    const all = descendants(npm.process.pid ?? 0)
    const killed = all.find((each) => command.test(each.command))
    // Some shells replace themselves by the program.
    if (killed) process.kill(killed.pid, 'SIGKILL')
    else process.kill(npm.process.pid ?? 0, 'SIGKILL')
    await expect.poll(responds, { timeout: 2000 }).toBe(false)
    const left = () =>
      all.map(({ pid }) => pid).filter((pid) => isRunning(pid) && pid !== killed?.pid)
    await expect.poll(left, { timeout: 2000 }).toEqual([])
  })
})

function addressOf({ output }: Started): string {
  return output().match(/(?<=Ready on )http:\S+/)?.[0] ?? expect.fail('it is not ready')
}

type Process = { pid: number; parent: number; command: string }

function descendants(root: number): Process[] {
  const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = output.split('\n').flatMap((line): Process[] => {
    const [, pid, parent, command = ''] = line.match(/^\s*(\d+)\s+(\d+)\s+(.*)$/) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
  const found = all.filter(({ pid }) => pid === root)
  // The list grows while it is read.
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid))
  return found
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A process that has ended stays until its parent asks for its status.
  const state = execFileSync('sh', ['-c', `ps -o stat= -p ${pid} || true`], { encoding: 'utf8' })
  return !/^Z/.test(state.trim()) && state.trim() !== ''
}

// Inside the project, so that its packages are found.
async function copyOfProject(): Promise<string> {
  await mkdir(join(ROOT, '.wrangler'), { recursive: true })
  const folder = await temporary(join(ROOT, '.wrangler'))
  await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true })
  await mkdir(join(folder, 'docs'))
  for (const name of ['tsconfig.json', 'package.json', 'wrangler.toml', 'docs/fidelity.md']) {
    await cp(join(ROOT, name), join(folder, name))
  }
  return folder
}
