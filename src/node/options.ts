import type { z } from 'zod'
import type { applicationSchema } from '../access/application-schema.ts'
import type { Log } from './engine.ts'

/** The application behind the emulator: where it runs, or what it answers. */
export type Origin = string | URL | ((request: Request) => Response | Promise<Response>)

/** A person who can sign in. */
export type Person = { name: string; email: string; groups?: string[] }

/** An application of Access in the members of Cloudflare's API. */
export type Application = z.input<typeof applicationSchema> & { name: string; domain?: string }

/** The settings, as docs/settings.md has them. */
export const SETTING_NAMES = [
  'TEAM_DOMAIN',
  'LOCAL_HOSTS',
  'EMULATOR_TOKEN',
  'ACCESS_PATH',
  'DASH_DOMAIN',
  'ORIGIN_URL',
  'CODE_LIFETIME',
  'REFRESH_TOKEN_GRACE',
  'REFRESH_TOKEN_REUSE',
  'DASH_ACCESS_TOKEN_LIFETIME',
  'REVOCATION',
  'REDIRECT_RULES',
  'QUIRKS',
  'EVENTS_KEPT',
  'ORGANIZATION',
  'ACCOUNTS',
  'PEOPLE',
  'GROUPS',
  'EMAIL_LISTS',
  'IDENTITY_PROVIDERS',
  'SERVICE_TOKENS',
  'OAUTH_CLIENTS',
  'DNS_RESOLVER',
  'API_TOKENS',
  'APPLICATIONS',
] as const
export type SettingName = (typeof SETTING_NAMES)[number]

/** What an emulator starts with. What is left out is as `npm start` has it. */
export type EmulatorOptions = {
  /**
   * The application: a URL, whose path is that of the MCP server (`http://localhost:3000/mcp`), or a
   * function that answers requests. Without it, the built-in demo with an MCP server at `/mcp`.
   */
  origin?: Origin
  /** Who can sign in with one click, and their groups. */
  people?: Person[]
  /** Applications in the members of Cloudflare's API, with `name` and `domain`. */
  applications?: Application[]
  /** Any other setting by its name: `{ CODE_LIFETIME: '10s' }`. */
  settings?: { [name in SettingName]?: unknown }
  /** What the emulated clock says at the start. */
  clock?: Date | string
  /** A free one where it is left out. */
  port?: number
  /** `false`: no port is opened, and only the emulator's own `fetch` reaches it. */
  listen?: boolean
  /** A folder to keep everything in; in memory where it is left out. */
  persist?: string
  /** Is told each line that the emulator logs: one for each decision. It prints nothing itself. */
  log?: Log
  /**
   * Whether `Date` of a test's fake timers moves the emulated clock. Timers of the emulator always go by
   * the time that passes.
   */
  followFakeTimers?: boolean
}

const KNOWN: (keyof EmulatorOptions)[] = [
  'origin',
  'people',
  'applications',
  'settings',
  'clock',
  'port',
  'listen',
  'persist',
  'log',
  'followFakeTimers',
]

/** Where the application is, as the settings want it: its server, the MCP path, or a function. */
export type ParsedOrigin =
  | { kind: 'demo'; mcpPath: string }
  | { kind: 'url'; url: string; mcpPath: string }
  | {
      kind: 'function'
      answer: (request: Request) => Response | Promise<Response>
      mcpPath: string
    }

/**
 * @throws TypeError that names the option
 */
export function checkOptions(options: EmulatorOptions): void {
  refuseUnknown('option', options, KNOWN)
  refuseUnknown('setting', options.settings ?? {}, SETTING_NAMES)
  const { clock, log, persist, port } = options
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new TypeError(`port is ${port}: expected a whole number from 0 to 65535`)
  }
  if (clock !== undefined && Number.isNaN(new Date(clock).getTime())) {
    throw new TypeError(`clock is ${clock}: expected a date or a time such as 2027-01-01T00:00:00Z`)
  }
  if (persist !== undefined && (typeof persist !== 'string' || persist.trim() === '')) {
    throw new TypeError(`persist is ${JSON.stringify(persist)}: expected the path of a folder`)
  }
  for (const name of ['listen', 'followFakeTimers'] as const) {
    const given = options[name]
    if (given !== undefined && typeof given !== 'boolean') {
      throw new TypeError(`${name} is ${JSON.stringify(given)}: expected true or false`)
    }
  }
  if (log !== undefined && typeof log !== 'function') {
    throw new TypeError(`log is ${JSON.stringify(log)}: expected a function of a line`)
  }
}

function refuseUnknown(what: string, given: object, known: readonly string[]): void {
  const name = Object.keys(given).find((each) => !known.includes(each))
  if (name === undefined) return
  throw new TypeError(`There is no ${what} ${name}; there are ${known.join(', ')}`)
}

/**
 * @throws TypeError that names the option
 */
export function parseOrigin(origin: Origin | undefined): ParsedOrigin {
  if (origin === undefined) return { kind: 'demo', mcpPath: '/mcp' }
  if (typeof origin === 'function') return { kind: 'function', answer: origin, mcpPath: '/mcp' }
  const url = URL.parse(String(origin))
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`origin is ${origin}: expected an http or https URL, or a function`)
  }
  const mcpPath = url.pathname === '/' ? '/mcp' : url.pathname
  return { kind: 'url', url: url.origin, mcpPath }
}

/** The Worker's settings: those of `wrangler.toml` with those of the options in their place. */
export function varsFor(
  vars: Record<string, unknown>,
  options: EmulatorOptions,
  origin: ParsedOrigin,
): Record<string, string> {
  const settings: Record<string, unknown> = {
    ...vars,
    ...(options.people && { PEOPLE: options.people }),
    ...(options.applications && { APPLICATIONS: options.applications }),
    ...(origin.kind === 'url' && { ORIGIN_URL: origin.url }),
    ...options.settings,
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  // Every setting may be written as text, structured ones as JSON.
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
