import { readFile, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { keptBundle } from '../../src/node/kept-bundle'

const ROOT = join(import.meta.dirname, '../..')
const SOURCE = 'src/index.ts'

it('the bundle that npm start runs is kept, until a source of it is saved', async () => {
  const kept = join(dirname(await keptBundle(ROOT)), 'inputs.json')
  const { mtimeMs } = await stat(kept)
  await keptBundle(ROOT)
  expect((await stat(kept)).mtimeMs).toBe(mtimeMs)

  const saved = new Date()
  await utimes(join(ROOT, SOURCE), saved, saved)
  await keptBundle(ROOT)
  const stamps = JSON.parse(await readFile(kept, 'utf8'))
  expect(stamps[SOURCE]).toBe((await stat(join(ROOT, SOURCE))).mtimeMs)
})
