import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keptBundle } from '../../src/node/kept-bundle'
import { keptEngine } from '../../src/node/kept-engine'

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

const worker = async () => join(dirname(await keptBundle(root)), 'worker.js')

it.each([
  ['Worker', 'npm start runs', worker],
  ['engine', 'startEmulator runs from the source', () => keptEngine(root)],
])('the bundle of the %s that %s is kept, until a source of it is saved', async (_, _by, kept) => {
  const bundle = await kept()
  await appendFile(bundle, MARK)
  await kept()
  // Not `toContain`, which would print a megabyte.
  expect((await readFile(bundle, 'utf8')).endsWith(MARK)).toBe(true)

  const source = join(root, 'src/demo/index.ts')
  const text = await readFile(source, 'utf8')
  const saved = `The demo that was saved for ${bundle} has`
  await writeFile(source, text.replace(/The demo (that was saved for \S+ )?has/, saved))
  await kept()
  expect((await readFile(bundle, 'utf8')).endsWith(MARK)).toBe(false)
  // A bundle may consist of several files.
  const folder = dirname(bundle)
  const scripts = (await readdir(folder)).filter((name) => /\.m?js$/.test(name))
  const texts = await Promise.all(scripts.map((name) => readFile(join(folder, name), 'utf8')))
  expect(texts.some((each) => each.includes(saved))).toBe(true)
})
