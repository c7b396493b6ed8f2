import type { Responses } from '../../emulator/responses.ts'
import { type Configuration, findConfiguration, withConfiguration } from '../configuration-file.ts'
import type { Emulator } from '../emulator.ts'
import type { EmulatorOptions } from '../options.ts'
import { stopWithNpm } from '../parents.ts'
import { startEmulator } from '../start-emulator.ts'
import { variable } from '../start-flags.ts'
import { loadState, readState, writeState } from '../state-file.ts'
import { summaryOf } from '../summary.ts'
import { painted } from '../terminal.ts'
import { parseArguments, UsageError } from '../usage.ts'
import { packageVersion } from '../version.ts'
import type { Command } from './command.ts'

const HELP = `
  access-oauth-emulator --origin http://localhost:3000/mcp --auto-sign-in ada@example.com

  --origin <url>            your MCP server or application (default: a built-in demo)
  --port <number>           the port (default: 8788); 0 chooses a free port
  --auto-sign-in <e-mail>   completes authorizations without pages, as this person
  --team-domain <host>      the issuer's host (default: 127.0.0.1)
  --persist <folder>        keeps clients and grants in this folder (default: in memory)
  --config <file>           a file with the options of startEmulator (default: access.config.ts, .js or .json)
  --import <file>           starts with the state of a file
  --export-on-exit <file>   writes the state to a file at the end; it contains the emulator's secrets
  --var <NAME:value>        a setting of docs/settings.md, objects and lists as JSON; may be repeated
  --json                    prints one line of JSON with the URLs when ready, and the rest to stderr
  --quiet                   does not print a line for each decision
  --help, --version
`

export const FLAGS = {
  origin: { type: 'string' },
  port: { type: 'string' },
  'auto-sign-in': { type: 'string' },
  'team-domain': { type: 'string' },
  persist: { type: 'string' },
  config: { type: 'string' },
  import: { type: 'string' },
  'export-on-exit': { type: 'string' },
  var: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  version: { type: 'boolean' },
} as const

const DEFAULT_PORT = 8788

/** `access-oauth-emulator`: runs an emulator until a signal stops it. */
export const start: Command = { help: HELP, run }

async function run(args: string[]): Promise<void> {
  const { positionals, values: flags } = parseArguments(args, FLAGS)
  if (positionals.length > 0) throw new UsageError(`${positionals[0]}: expected a flag`)
  if (flags.version) {
    console.log(packageVersion())
    return
  }
  const { emulator, options } = await launch(flags, { isSummarized: !flags.json })
  console.log(flags.json ? urlsOf(emulator) : await summary(emulator, options))
  await stopSignal()
  await stop(emulator, flags)
}

type Flags = ReturnType<typeof parseArguments<typeof FLAGS>>['values']

/** A running emulator, with the options of the flags and of the configuration file. */
type Launched = { emulator: Emulator; options: Configuration }

/**
 * Starts an emulator with the flags of this command.
 *
 * @param isSummarized whether a summary is printed next
 * @throws UsageError; TypeError for a wrong option; Error if a setting, the configuration file, the port or
 *   the imported state is wrong
 */
export async function launch(flags: Flags, { isSummarized = false } = {}): Promise<Launched> {
  const email = flags['auto-sign-in']
  const state = flags.import === undefined ? undefined : await readState(flags.import)
  let isUp = false
  // The summary has the warnings about the settings.
  const options = await optionsOf(flags, () => isUp || !isSummarized)
  const emulator = await startEmulator(options)
  isUp = true
  if (state) await loadState(emulator, state, flags.import ?? '')
  if (email !== undefined) await signInAutomatically(emulator, email)
  return { emulator, options }
}

async function optionsOf(flags: Flags, printsWarnings: () => boolean): Promise<Configuration> {
  const { 'team-domain': teamDomain } = flags
  const config = flags.config ?? findConfiguration(process.cwd())
  // The Worker parses texts as JSON, and refuses names that do not exist.
  const settings = {
    ...settingsOf(flags.var ?? []),
    ...(teamDomain !== undefined && { TEAM_DOMAIN: teamDomain }),
  } as NonNullable<EmulatorOptions['settings']>
  const { port = DEFAULT_PORT, ...options } = await withConfiguration({
    ...(config !== undefined && { config }),
    ...(flags.origin !== undefined && { origin: flags.origin }),
    ...(flags.persist !== undefined && { persist: flags.persist }),
    log: (line, level) => {
      if (level === 'debug' || (level === 'warn' && !printsWarnings())) return
      const isProblem = level === 'error' || level === 'warn'
      if (isProblem || (flags.json && !flags.quiet)) console.error(line)
      else if (!flags.quiet) console.log(painted(line))
    },
    ...(flags.port !== undefined && { port: portOf(flags.port) }),
    settings,
  })
  return { ...options, port }
}

/** Stops an emulator, and writes its state if a flag says so. */
export async function stop(emulator: Emulator, flags: Flags): Promise<void> {
  const file = flags['export-on-exit']
  try {
    if (file !== undefined) await writeState(emulator, file)
  } finally {
    await emulator.close()
  }
}

/** Returns `GET /_emulator/urls` as one line, with the process id. */
function urlsOf(emulator: Emulator): string {
  const { aud, certsUrl, consoleUrl, issuer, mcpUrl, portals, teamUrl } = emulator
  const urls: Responses['GET urls'] = {
    application: emulator.url,
    mcp_server: mcpUrl,
    team_domain: teamUrl,
    console: consoleUrl,
    api: emulator.apiUrl,
    issuer,
    aud: aud || null,
    certs: certsUrl,
    portals,
  }
  return JSON.stringify({ ...urls, pid: process.pid })
}

function summary(emulator: Emulator, { persist, settings }: Configuration): Promise<string> {
  const { mcpUrl, url } = emulator
  // Behind a tunnel, the control requires it of this process too.
  const headers = { authorization: `Bearer ${settings?.EMULATOR_TOKEN ?? ''}` }
  return summaryOf({
    address: url,
    mcpPath: mcpUrl.slice(url.length),
    store: persist ?? 'in memory',
    read: async (path) => (await emulator.fetch(`/_emulator/${path}`, { headers })).json(),
  })
}

function portOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`--port ${text}: expected a number`)
  return Number(text)
}

async function signInAutomatically({ autoSignIn, close }: Emulator, email: string): Promise<void> {
  try {
    await autoSignIn.set({ email })
  } catch {
    await close()
    throw new UsageError(`--auto-sign-in ${email}: expected an e-mail address`)
  }
}

function settingsOf(vars: string[]): Record<string, string> {
  return Object.assign({}, ...vars.map(variable))
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve())
    }
    stopWithNpm(resolve)
  })
}
