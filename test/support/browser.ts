import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const ROOT = join(import.meta.dirname, '../..')
const PACKAGE = join(ROOT, 'node_modules/@sparticuz/chromium/package.json')

/**
 * A real headless Chromium from the npm package `@sparticuz/chromium`, with the libraries and a
 * font of that package: no apt package, no download, and root may run it.
 *
 * The package's own `args` are left out: they are for AWS Lambda and turn off features that are tested here
 * (`--disable-web-security`). Playwright's suffice, `--no-sandbox` among them.
 *
 * The package is for Linux on x64: elsewhere CHROMIUM_PATH has to name an installed Chromium.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await installedChromium()
  return chromium.launch({ executablePath, env: { ...process.env, ...env } })
}

/** Returns the path of that Chromium, and the variables of the environment that it needs. */
export async function installedChromium(): Promise<{
  executablePath: string
  env: Record<string, string>
}> {
  const installed = process.env.CHROMIUM_PATH
  if (installed) return { executablePath: installed, env: {} }
  const folder = await unpackedChromium()
  const env = {
    LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
    FONTCONFIG_FILE: join(folder, 'fonts.conf'),
  }
  return { executablePath: join(folder, 'chromium'), env }
}

// Unpacked once (three seconds, 200 MB) into a folder that gets its name only when it is complete:
// a run that is stopped, or a second one at the same time, leaves no half a browser behind.
async function unpackedChromium(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8'))
  const cache = join(ROOT, 'node_modules/.cache')
  const folder = join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const unpacking = await mkdtemp(`${folder}-`)
  await unpackTo(unpacking)
  await writeFile(join(unpacking, 'fonts.conf'), fontsConf(folder))
  await rename(unpacking, folder).catch(async (error) => {
    await rm(unpacking, { recursive: true })
    if (!existsSync(folder)) throw error
  })
  return folder
}

// In a process of its own, because the package takes the target, and whether its shared libraries
// are wanted, from the environment, and changes the environment too.
async function unpackTo(folder: string): Promise<void> {
  const script =
    "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())"
  await promisify(execFile)(process.execPath, ['--eval', script], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' },
  })
}

function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`
}
