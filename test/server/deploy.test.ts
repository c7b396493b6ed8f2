import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const WRANGLER = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('wrangler deploy would deploy it: bindings without ids, so that the KV namespace is created', async () => {
  const argv = [WRANGLER, 'deploy', '--dry-run', '--outdir', folder]
  const { stdout } = await promisify(execFile)(process.execPath, argv, {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      WRANGLER_SEND_METRICS: 'false',
      // A dry run needs no account.
      CLOUDFLARE_API_TOKEN: undefined,
    },
  })
  // An id would be shown in brackets.
  expect(stdout).toMatch(/env\.KV +KV Namespace/)
  expect(stdout).toMatch(/env\.GRANTS \(GrantObject\).*Durable Object/)
  expect(stdout).toMatch(/env\.EMULATOR \(EmulatorObject\).*Durable Object/)
  expect(await readdir(folder)).toContain('index.js')
})
