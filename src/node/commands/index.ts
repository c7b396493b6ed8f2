import { UsageError } from '../usage.ts'
import type { Command } from './command.ts'
import { start } from './start.ts'

/**
 * The commands by name, in the order of `--help`. Without a name, the command is `start`. The others are
 * loaded on demand, because their modules take a tenth of a start.
 */
const COMMANDS: Record<string, () => Promise<Command>> = {
  exec: async () => (await import('./exec.ts')).exec,
  token: async () => (await import('./token.ts')).token,
  check: async () => (await import('./check.ts')).check,
  compare: async () => (await import('./compare.ts')).compare,
}

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
    const others = await Promise.all(
      (named ? [named] : Object.values(COMMANDS)).map((load) => load()),
    )
    const shown = named ? others : [start, ...others]
    console.log([TITLE, ...shown.map(({ help }) => help)].join('\n'))
    return
  }
  if (!named && /^\w/.test(name)) {
    const names = Object.keys(COMMANDS).join(', ')
    throw new UsageError(`Unknown command ${name}: expected a flag, or one of ${names}`)
  }
  await (named ? (await named()).run(rest) : start.run(args))
}

// Arguments after `--` belong to another program.
function wantsHelp(args: string[]): boolean {
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  return own.includes('--help') || own.includes('-h')
}
