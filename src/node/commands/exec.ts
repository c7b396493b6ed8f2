import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Emulator } from '../emulator.ts'
import { parseArguments, UsageError } from '../usage.ts'
import type { Command } from './command.ts'
import { FLAGS, launch, stop } from './start.ts'

const HELP = `
  access-oauth-emulator exec [flags] -- npm test

  starts an emulator on a free port, runs a command, stops the emulator, and ends with the command's
  exit status. The flags are those above. The command's environment has ACCESS_URL (the application),
  ACCESS_MCP_URL, ACCESS_AUD, ACCESS_ISSUER, ACCESS_CERTS_URL, ACCESS_API_URL and ACCESS_CONSOLE_URL.
`

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
// The status by which shells report a signal.
const SIGNAL_STATUS = 128

/** `access-oauth-emulator exec`: runs a command beside an emulator. */
export const exec: Command = { help: HELP, run }

async function run(args: string[]): Promise<void> {
  const end = args.indexOf('--')
  const [file, ...rest] = end < 0 ? [] : args.slice(end + 1)
  if (file === undefined) throw new UsageError('exec: expected a command: exec -- npm test')
  const { positionals, values: flags } = parseArguments(args.slice(0, end), FLAGS)
  if (positionals.length > 0) throw new UsageError(`${positionals[0]}: expected a flag before --`)
  // Standard output belongs to the command.
  const { emulator } = await launch({ port: '0', quiet: true, ...flags })
  try {
    process.exitCode = await statusOf(spawnBeside(emulator, file, rest))
  } finally {
    await stop(emulator, flags)
  }
}

function spawnBeside(emulator: Emulator, file: string, args: string[]): ChildProcess {
  const env = {
    ...process.env,
    ACCESS_URL: emulator.url,
    ACCESS_MCP_URL: emulator.mcpUrl,
    ACCESS_AUD: emulator.aud,
    ACCESS_ISSUER: emulator.issuer,
    ACCESS_CERTS_URL: emulator.certsUrl,
    ACCESS_API_URL: emulator.apiUrl,
    ACCESS_CONSOLE_URL: emulator.consoleUrl,
  }
  // On Windows, npm and npx are scripts, which only a shell can start.
  return spawn(file, args, { env, stdio: 'inherit', shell: process.platform === 'win32' })
}

/**
 * Waits for the end of a command and passes signals on to it.
 *
 * @returns its exit status; 128 and the signal's number if a signal ended it
 * @throws UsageError if it cannot be started
 */
function statusOf(child: ChildProcess): Promise<number> {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the command itself too.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', ({ message }) => reject(new UsageError(`exec: ${message}`)))
    child.on('exit', (code, signal) => {
      resolve(code ?? SIGNAL_STATUS + (signal ? constants.signals[signal] : 0))
    })
  })
}
