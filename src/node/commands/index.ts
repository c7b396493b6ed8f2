import { UsageError } from '../usage.ts'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { compare } from './compare.ts'
import { exec } from './exec.ts'
import { start } from './start.ts'
import { token } from './token.ts'

/** The commands by name, in the order of `--help`. Without a name, the command is `start`. */
const COMMANDS: Record<string, Command> = { exec, token, check, compare }

const TITLE = 'access-oauth-emulator: emulates Cloudflare Access with Managed OAuth'

/**
 * Runs the command that the first argument names.
 *
 * @throws UsageError if there is no such command; what the command throws
 */
export async function runCommand(args: string[]): Promise<void> {
  const [name = '', ...rest] = args
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (wantsHelp(args)) {
    const shown = named ? [named] : [start, ...Object.values(COMMANDS)]
    console.log([TITLE, ...shown.map(({ help }) => help)].join('\n'))
    return
  }
  if (!named && /^\w/.test(name)) {
    const names = Object.keys(COMMANDS).join(', ')
    throw new UsageError(`Unknown command ${name}: expected a flag, or one of ${names}`)
  }
  await (named ? named.run(rest) : start.run(args))
}

// Arguments after `--` belong to another program.
function wantsHelp(args: string[]): boolean {
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  return own.includes('--help') || own.includes('-h')
}
