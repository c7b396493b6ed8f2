#!/usr/bin/env node
import module from 'node:module'
import { parseArgs } from 'node:util'
import type { Emulator } from './emulator.ts'
import { startEmulator } from './start-emulator.ts'
import { packageVersion } from './version.ts'

const HELP = `access-oauth-emulator: emulates Cloudflare Access with Managed OAuth

  access-oauth-emulator --origin http://localhost:3000/mcp --auto-sign-in ada@example.com

  --origin <url>            your MCP server or application (default: a built-in demo)
  --port <number>           the port (default: 8788); 0 chooses a free port
  --auto-sign-in <e-mail>   completes authorizations without pages, as this person
  --team-domain <host>      the issuer's host (default: 127.0.0.1)
  --persist <folder>        keeps clients and grants in this folder (default: in memory)
  --var <NAME:value>        a setting of docs/settings.md, objects and lists as JSON; may be repeated
  --quiet                   prints no line for each decision
  --help, --version
`

// Loading the engine takes most of a start. Node can cache its compiled code.
module.enableCompileCache?.()

/** A mistake on the command line. */
class UsageError extends Error {}

try {
  process.exitCode = await run()
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof TypeError
  console.error(error instanceof Error ? error.message : error)
  if (isUsage) console.error('Run access-oauth-emulator --help for the options.')
  process.exit(isUsage ? 2 : 1)
}

async function run(): Promise<number> {
  const flags = readFlags()
  if (flags.help) {
    console.log(HELP)
    return 0
  }
  if (flags.version) {
    console.log(packageVersion())
    return 0
  }
  const { 'auto-sign-in': email, 'team-domain': teamDomain } = flags
  const emulator = await startEmulator({
    ...(flags.origin !== undefined && { origin: flags.origin }),
    ...(flags.persist !== undefined && { persist: flags.persist }),
    log: (line, level) => {
      if (level === 'error') console.error(line)
      else if (!flags.quiet) console.log(line)
    },
    port: portOf(flags.port),
    settings: {
      ...settingsOf(flags.var ?? []),
      ...(teamDomain !== undefined && { TEAM_DOMAIN: teamDomain }),
    },
  })
  if (email !== undefined) await signInAutomatically(emulator, email)
  console.log(`Ready on ${emulator.url}

  MCP server behind Access   ${emulator.mcpUrl}
  Team domain (the issuer)   ${emulator.teamUrl}
  Console                    ${emulator.consoleUrl}
  The application            ${flags.origin ?? 'a built-in demo with an MCP server'}
  Sign-in                    ${email === undefined ? 'pick a person in the browser' : `automatic, as ${email}`}
`)
  await stopSignal()
  await emulator.close()
  return 0
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        origin: { type: 'string' },
        port: { type: 'string' },
        'auto-sign-in': { type: 'string' },
        'team-domain': { type: 'string' },
        persist: { type: 'string' },
        var: { type: 'string', multiple: true },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function portOf(text = '8788'): number {
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
  return Object.fromEntries(
    vars.map((each) => {
      const [, name, value] = each.match(/^([A-Z_]+)[:=](.*)$/s) ?? []
      if (name === undefined || value === undefined) {
        throw new UsageError(`--var ${each}: expected NAME:value`)
      }
      return [name, value]
    }),
  )
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve())
    }
  })
}
