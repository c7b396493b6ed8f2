import { parseOrigin } from './origin.ts'
import { UsageError } from './usage.ts'

/** The port of `npm start`, if no flag names one. */
export const DEFAULT_PORT = '8788'

export const START_HELP = `access-oauth-emulator: emulates Cloudflare Access with Managed OAuth, under wrangler dev

  npm start -- --origin http://localhost:3000/mcp --auto-sign-in ada@example.com

  --origin <url>            your MCP server or application (default: a built-in demo)
  --port <number>           the port (default: ${DEFAULT_PORT}); 0 chooses a free port, with a temporary store
  --auto-sign-in <e-mail>   completes authorizations without pages, as this person
  --team-domain <host>      the issuer's host (default: 127.0.0.1)
  --persist <folder>        keeps clients and grants in this folder (default: one for each port, in .wrangler)
  --var <NAME:value>        a setting of docs/settings.md, objects and lists as JSON; may be repeated
  --local-protocol https    serves https, with a certificate that wrangler signs itself
  --log-level <level>       debug: every event and request; info: a line for each request
  --quiet                   does not print a line for each decision
  -c, --config <file>       runs this configuration of wrangler, more than one if it is repeated
  --help

Other flags go to wrangler dev: npx wrangler dev --help lists them.
`

/** The flags of `npm start`. */
export type StartFlags = {
  port: string
  mcpPath: string
  email: string | undefined
  persist: string | undefined
  protocol: string
  logLevel: string | undefined
  isQuiet: boolean
  isHelp: boolean
  hasOwnConfiguration: boolean
  /** The flags of `--var`, by name. */
  vars: Record<string, string>
  /** The flags that are wrangler's own. */
  others: string[]
}

const WITH_VALUE = [
  ...['origin', 'port', 'auto-sign-in', 'team-domain', 'persist', 'persist-to'],
  ...['var', 'local-protocol', 'log-level'],
]

/**
 * Parses the flags of `npm start`: those of the command, and those of `wrangler dev`, which are passed on.
 *
 * @throws UsageError; TypeError for an origin that is no URL
 */
export function parseStartFlags(args: readonly string[]): StartFlags {
  const given = new Map<string, string>()
  const vars: Record<string, string> = {}
  const others: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const [, name = '', inline] = arg.match(/^--([\w-]+)(?:=(.*))?$/s) ?? []
    if (!WITH_VALUE.includes(name)) {
      others.push(arg)
      continue
    }
    const value = inline ?? args[++index]
    if (value === undefined) throw new UsageError(`--${name}: expected a value`)
    if (name === 'var') Object.assign(vars, variable(value))
    else given.set(name, value)
  }
  const origin = parseOrigin(given.get('origin'))
  if (origin.kind === 'url') vars.ORIGIN_URL = origin.url
  const teamDomain = given.get('team-domain')
  if (teamDomain !== undefined) vars.TEAM_DOMAIN = teamDomain
  const port = given.get('port') ?? DEFAULT_PORT
  if (!/^\d+$/.test(port)) throw new UsageError(`--port ${port}: expected a number`)
  const isOneOf = (...names: string[]) => others.some((each) => names.includes(each))
  return {
    port,
    mcpPath: origin.mcpPath,
    email: given.get('auto-sign-in'),
    persist: given.get('persist') ?? given.get('persist-to'),
    protocol: given.get('local-protocol') ?? 'http',
    logLevel: given.get('log-level'),
    isQuiet: isOneOf('--quiet'),
    isHelp: isOneOf('--help', '-h'),
    hasOwnConfiguration: others.some((each) => /^(-c|--config(=.*)?)$/.test(each)),
    vars,
    others: others.filter((each) => each !== '--quiet'),
  }
}

/**
 * Parses the value of `--var`.
 *
 * @throws UsageError
 */
export function variable(text: string): Record<string, string> {
  const [, name, value] = text.match(/^(\w+)[:=](.*)$/s) ?? []
  if (name === undefined || value === undefined) {
    throw new UsageError(`--var ${text}: expected NAME:value`)
  }
  return { [name]: value }
}
