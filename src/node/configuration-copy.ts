import { constants, type FSWatcher, watch } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse, TomlError } from 'smol-toml'

const NAME = 'wrangler.toml'
// wrangler reads secrets from here, beside its configuration.
const SECRETS = '.dev.vars'
// Editors may write a file in several steps.
const AFTER_SAVE_MS = 150

/** `wrangler.toml` as it was last saved: its text, and its `[vars]` or why it is no TOML. */
export type Saved =
  | { text: string; vars: Record<string, unknown> }
  | { text: string; error: string }

/**
 * The copy of `wrangler.toml` that wrangler runs with. wrangler watches the file itself, and loses it when
 * an editor replaces it by renaming another. The copy is always written in place, and only with settings
 * that are valid.
 */
export class ConfigurationCopy {
  readonly path: string
  readonly #root: string

  /** @param port makes the copy one of this instance */
  constructor(root: string, port: string) {
    this.#root = root
    this.path = join(root, '.wrangler', 'start', `wrangler-${port}.toml`)
  }

  /** Returns the configuration as it is now. */
  async read(): Promise<Saved> {
    const text = await readFile(join(this.#root, NAME), 'utf8')
    try {
      const { vars = {} } = parse(text)
      return { text, vars: vars as Record<string, unknown> }
    } catch (error) {
      if (!(error instanceof TomlError)) throw error
      const [reason = ''] = error.message.split('\n')
      return { text, error: `line ${error.line}, column ${error.column}: ${reason}` }
    }
  }

  /** Returns the secret `EMULATOR_TOKEN` as it is now, if a file of the configuration has it. */
  async emulatorToken(): Promise<string | undefined> {
    const { EMULATOR_TOKEN: secret } = parseEnv((await this.#secrets()) ?? '')
    if (secret !== undefined) return secret
    const saved = await this.read()
    const token = 'vars' in saved ? saved.vars.EMULATOR_TOKEN : undefined
    return typeof token === 'string' ? token : undefined
  }

  #secrets(): Promise<string | undefined> {
    return readFile(join(this.#root, SECRETS), 'utf8').catch(() => undefined)
  }

  /** Returns the text of the configuration that wrangler runs with. */
  inUse(): Promise<string> {
    return readFile(this.path, 'utf8')
  }

  /** Makes a configuration the one that wrangler runs with. */
  async use(text: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true })
    const secrets = await this.#secrets()
    const copied = join(dirname(this.path), SECRETS)
    if (secrets === undefined) await rm(copied, { force: true })
    else await writeFile(copied, secrets)
    // The file is never empty in between, which wrangler would read.
    const file = await open(this.path, constants.O_RDWR | constants.O_CREAT)
    try {
      const { bytesWritten } = await file.write(text, 0)
      await file.truncate(bytesWritten)
    } finally {
      await file.close()
    }
  }

  /** Calls `changed` after each save, however an editor saves. */
  watch(changed: () => void): FSWatcher {
    let soon: NodeJS.Timeout | undefined
    // The folder, because a file that is replaced is another one.
    return watch(this.#root, (_, file) => {
      if (file !== null && ![NAME, SECRETS].includes(basename(file))) return
      clearTimeout(soon)
      soon = setTimeout(changed, AFTER_SAVE_MS)
    }).unref()
  }
}
