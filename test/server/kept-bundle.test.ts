import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keptBundle } from '../../src/node/kept-bundle'

const ROOT = join(import.meta.dirname, '../..')
const MARK = '// what was kept'

// A copy, because other tests run the bundle of this project meanwhile.
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'emulator-kept-bundle-'))
  await cp(join(ROOT, 'src'), join(root, 'src'), { recursive: true })
  await mkdir(join(root, 'docs'))
  for (const file of ['package.json', 'wrangler.toml', 'tsconfig.json', 'docs/fidelity.md'])
    await cp(join(ROOT, file), join(root, file))
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

it('the bundle that npm start runs is kept, until a source of it is saved', async () => {
  const worker = join(dirname(await keptBundle(root)), 'worker.js')
  await appendFile(worker, MARK)
  await keptBundle(root)
  // Not `toContain`, which would print a megabyte.
  expect((await readFile(worker, 'utf8')).endsWith(MARK)).toBe(true)

  const source = join(root, 'src/demo/index.ts')
  const text = await readFile(source, 'utf8')
  await writeFile(source, text.replace('The demo has', 'The demo that was saved has'))
  await keptBundle(root)
  const made = await readFile(worker, 'utf8')
  expect(made.endsWith(MARK)).toBe(false)
  expect(made.includes('The demo that was saved has')).toBe(true)
})
