import { writeFile } from 'node:fs/promises'
import { junitOf } from '../check/junit.ts'
import { checkOptionsOf, DEFAULT_LIMITS } from '../check/options.ts'
import { type Result, runSituation } from '../check/run.ts'
import { commandRunner } from '../check/run-command.ts'
import { entryOf, summaryOf } from '../check/table.ts'
import { parseArguments, UsageError } from '../usage.ts'
import type { Command } from './command.ts'

const HELP = `
  access-oauth-emulator check -- node my-client.js {url}

  runs an MCP or OAuth client through real-world situations, and prints what it did.
  {url} and the variable MCP_URL are the URL of the MCP server. Sign-ins are automatic

  --situation <id>          runs this situation only; may be repeated
  --limit <seconds>         ends a run of the client after this time (default: ${DEFAULT_LIMITS.limit})
  --idle <seconds>          ends a run that has sent no request for this time (default: ${DEFAULT_LIMITS.idle})
  --fail-on <must|should>   exits with status 1 if a rule of at least this level is violated (default: must)
  --json                    prints JSON
  --junit <file>            writes JUnit XML to this file
`

const FLAGS = {
  situation: { type: 'string', multiple: true },
  limit: { type: 'string' },
  idle: { type: 'string' },
  'fail-on': { type: 'string' },
  json: { type: 'boolean' },
  junit: { type: 'string' },
} as const

/** `access-oauth-emulator check`: runs a client through the situations. */
export const check: Command = { help: HELP, run }

async function run(args: string[]): Promise<void> {
  const end = args.indexOf('--')
  const command = end < 0 ? [] : args.slice(end + 1)
  if (command.length === 0) {
    throw new UsageError('check: expected a command after --: check -- node my-client.js {url}')
  }
  const { positionals, values: flags } = parseArguments(args.slice(0, end), FLAGS)
  if (positionals.length > 0) throw new UsageError(`${positionals[0]}: expected a flag`)
  const failOn = flags['fail-on'] ?? 'must'
  if (failOn !== 'must' && failOn !== 'should') {
    throw new UsageError(`--fail-on ${failOn}: expected must or should`)
  }
  const { situations, ...limits } = checkOptionsOf({
    ...(flags.situation && { situations: flags.situation }),
    ...(flags.limit !== undefined && { limit: Number(flags.limit) }),
    ...(flags.idle !== undefined && { idle: Number(flags.idle) }),
  })
  const results: Result[] = []
  for (const situation of situations) {
    const result = await runSituation(situation, commandRunner(command), limits)
    results.push(result)
    if (!flags.json) console.log(`${entryOf(result)}\n`)
  }
  console.log(flags.json ? JSON.stringify({ situations: results }, null, 2) : summaryOf(results))
  if (flags.junit !== undefined) await writeFile(flags.junit, junitOf(results))
  if (fails(results, failOn)) process.exitCode = 1
}

/** Returns whether the exit status is 1. A client of which nothing was seen has passed nothing. */
export function fails(results: Result[], failOn: 'must' | 'should'): boolean {
  const levels = failOn === 'must' ? ['MUST'] : ['MUST', 'SHOULD']
  const isBroken = results.some(({ checks }) =>
    checks.some(({ level, verdict }) => verdict === 'failed' && levels.includes(level)),
  )
  return isBroken || results.every(({ verdict }) => verdict === 'not-seen')
}
