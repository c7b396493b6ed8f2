import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import vitest from 'vitest/package.json' with { type: 'json' }
import type { Figure } from './figures.ts'
import { median, ratio } from './measure.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FILES = 10

const ACCESS = `
import { startEmulator } from 'access-oauth-emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'

let access
beforeAll(async () => {
  access = await startEmulator()
})
afterAll(() => access.close())

test('admits the person', async () => {
  const { accessToken } = await access.signIn('ada@example.com')
  const headers = { authorization: 'Bearer ' + accessToken }
  expect((await fetch(access.url + '/whoami', { headers })).status).toBe(200)
})
`

const BARE = `
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'

const server = createServer((_, response) => response.end('{}'))
let url
beforeAll(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = 'http://127.0.0.1:' + server.address().port
})
afterAll(() => server.close())

test('responds', async () => {
  expect((await fetch(url + '/token')).status).toBe(200)
  expect((await fetch(url + '/whoami')).status).toBe(200)
})
`

/**
 * The time of ten test files in parallel in a project of a user, each with an emulator of its own, beside
 * the same files with a bare server of `node:http`.
 */
export async function project(rounds: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-project-'))
  try {
    await install(folder)
    const own: number[] = []
    const bare: number[] = []
    // The first run fills the caches.
    for (let round = -1; round < rounds; round++) {
      for (const [taken, name] of [
        [own, 'access'],
        [bare, 'bare'],
      ] as const) {
        const milliseconds = await testsOf(join(folder, name))
        if (round >= 0) taken.push(milliseconds)
      }
    }
    const to = 'a bare server'
    return [
      { what: `${FILES} files, bare server`, unit: 'ms', value: median(bare) },
      {
        what: `${FILES} files, an emulator each`,
        unit: 'ms',
        value: median(own),
        ratio: { value: ratio(own, bare), to, atMost: 1.5 },
      },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// A project with the packed package and Vitest, and a folder for each kind of test file.
async function install(folder: string): Promise<void> {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
  const pack = ['pack', '--json', '--pack-destination', folder]
  const { stdout } = await run('npm', pack, { cwd: ROOT, env })
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const packages = [join(folder, filename), `vitest@${vitest.version}`]
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...flags, ...packages], { cwd: folder, env })
  for (const [name, text] of Object.entries({ access: ACCESS, bare: BARE })) {
    await mkdir(join(folder, name))
    for (let file = 0; file < FILES; file++) {
      await writeFile(join(folder, name, `${file}.test.js`), text)
    }
  }
}

async function testsOf(folder: string): Promise<number> {
  const bin = join(folder, '../node_modules/vitest/vitest.mjs')
  const started = performance.now()
  // The time limit of a test is for a machine that does nothing else.
  await run(process.execPath, [bin, 'run', '--root', '.', '--testTimeout', '60000'], {
    cwd: folder,
  })
  return performance.now() - started
}
