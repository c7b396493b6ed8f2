import type { Responses } from '../../emulator/responses.ts'
import { ControlError, controlBy } from '../control.ts'
import { reachOver } from '../network.ts'
import { refusalOf } from '../sign-in.ts'
import { parseArguments, UsageError } from '../usage.ts'
import type { Command } from './command.ts'

const HELP = `
  access-oauth-emulator token ada@example.com

  signs a person in at a running emulator, and prints the access token

  --url <url>               the emulator (default: http://localhost:8788)
  --resource <url>          the resource of the token (default: the MCP server)
  --redirect-uri <uri>      one that the application allows (default: on localhost)
  --json                    prints the whole token response, with client_id
`

const FLAGS = {
  url: { type: 'string' },
  resource: { type: 'string' },
  'redirect-uri': { type: 'string' },
  json: { type: 'boolean' },
} as const

/** `access-oauth-emulator token`: prints an access token. */
export const token: Command = { help: HELP, run: printToken }

/**
 * Runs `token <e-mail>`: signs a person in at a running emulator, and prints the access token, or with
 * `--json` the whole response.
 *
 * @throws UsageError; Error if no emulator responds, or if it refuses
 */
async function printToken(args: string[]): Promise<void> {
  const { positionals, values: flags } = parseArguments(args, FLAGS)
  const [email, ...others] = positionals
  if (email === undefined || others.length > 0) {
    throw new UsageError('token: expected one e-mail address: token ada@example.com')
  }
  const url = flags.url ?? 'http://localhost:8788'
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new UsageError(`--url ${url}: expected an http or https URL`)
  }
  const tokens = await requestTokens(url, {
    email,
    resource: flags.resource,
    redirect_uri: flags['redirect-uri'],
  })
  console.log(flags.json ? JSON.stringify(tokens) : tokens.access_token)
}

type Wanted = { email: string; resource: string | undefined; redirect_uri: string | undefined }

async function requestTokens(url: string, wanted: Wanted): Promise<Responses['POST tokens']> {
  const send = controlBy(reachOver(url), process.env.EMULATOR_TOKEN)
  try {
    return await send('POST', 'tokens', wanted)
  } catch (error) {
    if (error instanceof ControlError) throw refusalOf(wanted.email, error, 'with --redirect-uri')
    throw new Error(`No emulator responds at ${url}: start it, or name another one with --url`)
  }
}
