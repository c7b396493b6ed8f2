import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { evidenceOf } from '../compare/evidence.ts'
import { fidelity } from '../compare/fidelity.ts'
import { compare as comparedWith, probesOf } from '../compare/index.ts'
import { planOf, reportOf } from '../compare/table.ts'
import { parseArguments, UsageError } from '../usage.ts'
import type { Command } from './command.ts'

const HELP = `
  access-oauth-emulator compare https://app.example.com/mcp

  sends harmless requests to a server behind Access and to the emulator, and prints how the responses
  differ, beside the rows of docs/fidelity.md. It first lists the requests, and waits for Enter

  --json <file>             writes the redacted responses to this file, for an issue
  --host <host>             another host that requests may be sent to; may be repeated
  --register                also sends a registration that Access refuses. If the server accepts it, it stays
  --yes                     does not wait for Enter. Sends nothing to hosts that are not named
`

const FLAGS = {
  json: { type: 'string' },
  host: { type: 'string', multiple: true },
  register: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const

const REGISTER_WARNING = `--register sends a registration with the redirect URI
https://compare.invalid/callback. Access refuses it. If this server accepts it,
the client stays registered: Access never deletes a client.
`

/** `access-oauth-emulator compare`: compares the emulator with a server. */
export const compare: Command = { help: HELP, run }

async function run(args: string[]): Promise<void> {
  const { positionals, values: flags } = parseArguments(args, FLAGS)
  const [given, ...others] = positionals
  const url = URL.parse(given ?? '')
  if (!url || others.length > 0 || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('compare: expected one URL: compare https://app.example.com/mcp')
  }
  if (!flags.yes && !process.stdin.isTTY) {
    throw new UsageError('compare: nobody can press Enter here; pass --yes')
  }
  const { host: hosts = [], register = false, yes = false } = flags
  console.error(planOf(url, probesOf({ register })))
  if (register) console.error(REGISTER_WARNING)
  const terminal = yes ? undefined : atTerminal()
  try {
    await terminal?.ask('Press Enter to send them, or Ctrl+C to stop. ')
    const comparison = await comparedWith(url, {
      register,
      async mayReach(host) {
        if (hosts.includes(host)) return true
        if (!terminal) {
          console.error(`${host} is not reached; --host ${host} allows it`)
          return false
        }
        const question = `The metadata names ${host}. Send requests to it? (y/N) `
        return /^y(es)?$/i.test(await terminal.ask(question))
      },
    })
    console.log(reportOf(comparison, fidelity()))
    if (flags.json !== undefined) {
      await writeFile(
        flags.json,
        `${JSON.stringify(evidenceOf(comparison, new Date()), null, 2)}\n`,
      )
      console.error(`\nWrote ${flags.json}. Read it before you attach it to an issue.`)
    }
    if (comparison.agreements.some(({ isSame }) => !isSame)) process.exitCode = 1
  } finally {
    terminal?.close()
  }
}

/** Asks questions at the terminal. If it is closed, as by Ctrl+C, each question fails. */
function atTerminal(): { ask(question: string): Promise<string>; close(): void } {
  const terminal = createInterface(process.stdin, process.stderr)
  const closed = once(terminal, 'close').then(() => {
    throw new Error('\nStopped, because there was no answer.')
  })
  closed.catch(() => {})
  return {
    ask: async (question) => (await Promise.race([terminal.question(question), closed])).trim(),
    close: () => terminal.close(),
  }
}
