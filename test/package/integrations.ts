import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installedChromium } from '../support/browser'

const run = promisify(execFile)
const MODULES = join(import.meta.dirname, '../../node_modules')
// The test runners, which a user installs beside the package.
const RUNNERS = ['vitest', '@playwright/test', 'typescript', '@types/node']

type Files = Record<string, string>
type Ended = { code: number; output: string }

/** The entry points for test runners, in a project that has the package and the runners installed. */
export function testIntegrations(packed: () => string): void {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'integrations-'))
    const modules = join(root, 'node_modules')
    const name = 'access-oauth-emulator'
    await cp(join(packed(), 'node_modules', name), join(modules, name), { recursive: true })
    for (const runner of RUNNERS) {
      await mkdir(dirname(join(modules, runner)), { recursive: true })
      await symlink(join(MODULES, runner), join(modules, runner), 'dir')
    }
    await writeFile(join(root, 'package.json'), '{"type":"module"}')
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  /** Writes the files to a folder of their own, and runs a command there. */
  const inProject = async (name: string, files: Files, ...argv: string[]): Promise<Ended> => {
    const folder = join(root, name)
    await mkdir(folder, { recursive: true })
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
    const { VITEST, NODE_OPTIONS, ...env } = process.env
    const options = { cwd: folder, env: { ...env, CI: '1', NO_COLOR: '1' } }
    return run(process.execPath, argv, options).then(
      ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
      ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
    )
  }
  const vitest = (name: string, files: Files) =>
    inProject(name, files, join(MODULES, 'vitest/vitest.mjs'), 'run', '--root', '.')

  describe('access-oauth-emulator/vitest', () => {
    it('gives each file an emulator with its options, reset before each test', async () => {
      const file = (clock: string) => `
        import { expect } from 'vitest'
        import { accessTest } from 'access-oauth-emulator/vitest'
        const test = accessTest({ clock: '${clock}' })
        let url
        for (const number of [1, 2]) {
          test('test ' + number, async ({ access }) => {
            expect(access.url).toBe(url ??= access.url)
            expect(await access.clients.list()).toEqual([])
            expect((await access.clock.now()).toISOString().slice(0, 4)).toBe('${clock.slice(0, 4)}')
            await access.clock.advance('9000h')
            const { clientId } = await access.signIn('ada@example.com')
            expect((await access.clients.list()).map(({ id }) => id)).toEqual([clientId])
            const { why } = await access.events.next({ kind: 'registration' })
            expect(why).toBeTruthy()
          })
        }`
      const files = {
        'one.test.js': file('2027-01-01T00:00:00Z'),
        'two.test.js': file('2030-01-01T00:00:00Z'),
      }
      const { code, output } = await vitest('fixture', files)
      expect([code, output]).toEqual([0, expect.stringMatching(/Tests +4 passed/)])
    })

    it('shares the emulator of the global set-up, whose addresses it provides', async () => {
      const file = `
        import { expect, inject } from 'vitest'
        import { sharedTest as test } from 'access-oauth-emulator/vitest'
        test('the emulator is the one of the set-up', async ({ access }) => {
          const { url, mcpUrl, teamUrl, consoleUrl } = access
          expect(inject('access')).toEqual({ url, mcpUrl, teamUrl, consoleUrl })
          const { accessToken } = await access.signIn('ada@example.com')
          const headers = { authorization: 'Bearer ' + accessToken }
          expect((await fetch(url + '/whoami', { headers })).status).toBe(200)
          expect((await access.clock.now()).getFullYear()).toBe(2027)
          console.log('url', url)
        })`
      const { code, output } = await vitest('shared', {
        'one.test.js': file,
        'two.test.js': file,
        'global-setup.js': `
          import { sharedAccess } from 'access-oauth-emulator/vitest/global-setup'
          export default sharedAccess({ clock: '2027-01-01T00:00:00Z' })`,
        'vitest.config.js': `export default { test: { globalSetup: './global-setup.js' } }`,
      })
      expect([code, output]).toEqual([0, expect.stringMatching(/Tests +2 passed/)])
      const urls = [...output.matchAll(/url (http:\S+)/g)].map(([, url = '']) => url)
      expect(urls).toHaveLength(2)
      expect(new Set(urls).size).toBe(1)
      // The set-up closes it. Otherwise Vitest would wait for it, and end the process after ten seconds.
      expect(output).not.toMatch(/timed out|prevents/)
      await expect(fetch(urls[0] ?? '')).rejects.toThrow()
    })
  })

  it('access-oauth-emulator/playwright signs a browser context in, and resets before each test', async () => {
    const { executablePath, env } = await installedChromium()
    const launchOptions = { executablePath, env: { ...process.env, ...env } }
    const { code, output } = await inProject(
      'playwright',
      {
        'playwright.config.js': `export default { use: { launchOptions: ${JSON.stringify(launchOptions)} } }`,
        'greeting.spec.js': `
          import { accessTest, expect } from 'access-oauth-emulator/playwright'
          const test = accessTest({
            origin: (request) =>
              new Response('Hello, ' + request.headers.get('cf-access-authenticated-user-email')),
          })
          for (const email of ['ada@example.com', 'grace@example.com']) {
            test('greets ' + email, async ({ access, page, signInAs }) => {
              expect(await access.sessions.list()).toEqual([])
              await signInAs(email)
              await page.goto('/')
              await expect(page.getByText('Hello, ' + email)).toBeVisible()
              expect(page.url()).toBe(access.url + '/')
            })
          }
          test('signs in nobody by itself', async ({ page }) => {
            await page.goto('/')
            await expect(page.getByRole('button', { name: 'Ada' })).toBeVisible()
          })
          test('has another context for another person', async ({ browser, signInAs, access }) => {
            const context = await browser.newContext()
            await signInAs('grace@example.com', { context })
            const page = await context.newPage()
            await page.goto(access.url)
            await expect(page.getByText('Hello, grace@example.com')).toBeVisible()
            await expect(signInAs('mallory@blocked.example')).rejects.toThrow('No policy of Demo')
          })`,
      },
      join(MODULES, '@playwright/test/cli.js'),
      'test',
      '--reporter=line',
    )
    expect([code, output]).toEqual([0, expect.stringContaining('4 passed')])
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('they have types: %s, %s', async (module, moduleResolution) => {
    const script = `
      import { expect as vitestExpect, inject } from 'vitest'
      import { accessTest, sharedTest, test } from 'access-oauth-emulator/vitest'
      import { sharedAccess } from 'access-oauth-emulator/vitest/global-setup'
      import * as playwright from 'access-oauth-emulator/playwright'
      test('a test', async ({ access }) => {
        const url: string = access.url
        // @ts-expect-error: a member that there is none of
        access.nonsense
      })
      sharedTest('a test', async ({ access }) => vitestExpect(access.url).toBe(inject('access').url))
      // @ts-expect-error: an option that there is none of
      accessTest({ prot: 1 })
      export default sharedAccess({ people: [{ name: 'Ada', email: 'ada@example.com' }] })
      playwright.test('a test', async ({ access, page, signInAs }) => {
        await signInAs('ada@example.com', { application: 'Demo' })
        // @ts-expect-error: it takes an e-mail address
        await signInAs(7)
        await playwright.expect(page).toHaveURL(access.url)
      })`
    const tsc = join(MODULES, 'typescript/bin/tsc')
    const { output } = await inProject(
      `types-${module}`,
      { 'use.ts': script },
      tsc,
      ...['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2024', '--lib', 'es2024,dom'],
      ...['--types', 'node', '--module', module, '--moduleResolution', moduleResolution, 'use.ts'],
    )
    expect(output).toBe('')
  })
}
