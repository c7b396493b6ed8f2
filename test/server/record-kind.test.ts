import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator, startEmulator } from '../../src/node'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FIXTURE = join(ROOT, 'test/fixtures/record-kind')
const ACCOUNT = `/client/v4/accounts/${'a'.repeat(32)}`
const RULES = { include: [{ everyone: {} }] }

/** The changes that CONTRIBUTING.md requires for a new kind of record, beside its own two files. */
const LINES = [
  {
    file: 'src/store/kinds.ts',
    import: "import { bookmarkKind } from '../access/bookmark'",
    after: 'export const RECORD_KINDS = {',
    line: '  bookmarks: bookmarkKind,',
  },
  {
    file: 'src/api/index.ts',
    import: "import { bookmarks } from './access/bookmarks'",
    after: "...under('/accounts/:account_id', [",
    line: '    ...bookmarks,',
  },
]
const SEED = `
[[vars.BOOKMARKS]]
id = "wiki"
name = "Wiki"
url = "https://wiki.example"
`

let folder = ''
let emulator: Emulator

// A copy of the sources with the change made to it, started as startEmulator starts any Worker.
beforeAll(async () => {
  await mkdir(join(ROOT, '.wrangler'), { recursive: true })
  folder = await mkdtemp(join(ROOT, '.wrangler/record-kind-'))
  await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true })
  await cp(FIXTURE, join(folder, 'src'), { recursive: true })
  await mkdir(join(folder, 'docs'))
  for (const name of ['tsconfig.json', 'package.json', 'docs/fidelity.md'])
    await cp(join(ROOT, name), join(folder, name))
  const toml = await readFile(join(ROOT, 'wrangler.toml'), 'utf8')
  await writeFile(join(folder, 'wrangler.toml'), toml + SEED)
  for (const { file, after, line, ...change } of LINES) {
    const text = await readFile(join(folder, file), 'utf8')
    expect(text.split(after), `${file} has its table once`).toHaveLength(2)
    await writeFile(
      join(folder, file),
      `${change.import}\n${text.replace(after, `${after}\n${line}`)}`,
    )
  }
  const { href } = pathToFileURL(join(folder, 'src/node/index.ts'))
  const node = (await import(/* @vite-ignore */ href)) as { startEmulator: typeof startEmulator }
  emulator = await node.startEmulator()
})
afterAll(async () => {
  await emulator?.close()
  await rm(folder, { recursive: true, force: true })
})

const call = async (method: string, path: string, body?: unknown) => {
  const response = await emulator.fetch(`${ACCOUNT}/access/${path}`, {
    method,
    headers: { authorization: 'Bearer anything', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { errors, result } = (await response.json()) as {
    errors: { code: number; message: string; source?: { pointer: string } }[]
    result: { id: string } & Record<string, unknown>
  }
  return { status: response.status, error: errors[0], result }
}
const bookmark = (name: string, members: object = {}) => ({
  name,
  url: `https://${name}.example`,
  ...members,
})

describe('A new kind of record, of two files and two lines', () => {
  it('compiles', async () => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const { stdout } = await promisify(execFile)(tsc, ['--noEmit', '-p', folder])
    expect(stdout).toBe('')
  }, 120_000)

  it('begins with the records of its setting', async () => {
    const { result } = await call('GET', 'bookmarks')
    expect(result).toMatchObject([{ id: 'wiki', created_at: '2026-01-01T00:00:00Z' }])
  })

  it('is created, read, replaced with the time of its creation, and deleted', async () => {
    const made = await call('POST', 'bookmarks', bookmark('docs'))
    expect(made.status).toBe(201)
    const one = `bookmarks/${made.result.id}`
    await emulator.clock.advance('1h')
    const replaced = await call('PUT', one, bookmark('docs', { url: 'https://new.example' }))
    expect(replaced.result).toMatchObject({ url: 'https://new.example' })
    expect(replaced.result.created_at).toBe(made.result.created_at)
    expect(replaced.result.updated_at).not.toBe(made.result.updated_at)
    expect((await call('GET', one)).result).toEqual(replaced.result)
    expect(await call('DELETE', one)).toMatchObject({ status: 202 })
    expect(await call('GET', one)).toMatchObject({ status: 404 })
  })

  it('is refused with a reference to a record that does not exist, which a pointer names', async () => {
    const lost = await call('POST', 'bookmarks', bookmark('lost', { group_id: 'nobody' }))
    expect(lost).toMatchObject({
      status: 400,
      error: { code: 12130, source: { pointer: '/group_id' } },
    })
    expect(lost.error?.message).toContain('group nobody not found')
    const parent = await call('POST', 'bookmarks', bookmark('lost', { children: ['wiki', 'no'] }))
    expect(parent.error?.source).toEqual({ pointer: '/children/1' })
  })

  it('prevents the deletion of records that it names, and of records that are named', async () => {
    const group = await call('POST', 'groups', { name: 'Readers', ...RULES })
    const members = { group_id: group.result.id, children: ['wiki'] }
    const made = await call('POST', 'bookmarks', bookmark('holder', members))
    const [ofGroup, ofBookmark] = [`groups/${group.result.id}`, 'bookmarks/wiki']
    for (const path of [ofGroup, ofBookmark]) {
      const refused = await call('DELETE', path)
      expect(refused).toMatchObject({ status: 400, error: { code: 12130 } })
      expect(refused.error?.message).toMatch(/ is used by holder$/)
      expect(await call('GET', path)).toMatchObject({ status: 200 })
    }
    await call('DELETE', `bookmarks/${made.result.id}`)
    expect(await call('DELETE', ofGroup)).toMatchObject({ status: 202 })
    expect(await call('DELETE', ofBookmark)).toMatchObject({ status: 202 })
    await emulator.reset()
    expect(await call('GET', ofBookmark)).toMatchObject({ status: 200 })
  })

  it('is in the OpenAPI document, and no longer reported as not emulated', async () => {
    const response = await emulator.fetch('/client/v4/openapi.json')
    const { paths } = (await response.json()) as { paths: Record<string, object> }
    const list = paths['/accounts/{account_id}/access/bookmarks'] ?? {}
    const one = paths['/accounts/{account_id}/access/bookmarks/{bookmark_id}'] ?? {}
    expect(Object.keys(list)).toEqual(['get', 'post'])
    expect(Object.keys(one)).toEqual(['get', 'put', 'delete'])
    const { error } = await call('GET', 'bookmarks/one/more')
    expect(error?.message).not.toContain('not emulated')
  })

  it('is in a snapshot, which is refused with a wrong record of it', async () => {
    const made = await call('POST', 'bookmarks', bookmark('kept'))
    await call('DELETE', 'bookmarks/wiki')
    const state = await emulator.state.save()
    await emulator.reset()
    expect(await call('GET', `bookmarks/${made.result.id}`)).toMatchObject({ status: 404 })
    await emulator.state.load(state)
    expect((await call('GET', 'bookmarks')).result).toEqual([made.result])
    const wrong = JSON.parse(JSON.stringify(state).replaceAll('https://kept.example', 'nowhere'))
    await expect(emulator.state.load(wrong)).rejects.toThrow(/tables\.edit\.\d+\.value\.url/)
    expect((await call('GET', 'bookmarks')).result).toEqual([made.result])
  })
})
