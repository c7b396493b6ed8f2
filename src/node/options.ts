import { suggestionFor } from '../access/nearest-name.ts'
import type { Log } from './engine.ts'
import type { Origin, ParsedOrigin } from './origin.ts'
import { type Portal, portalSettings } from './portals.ts'
import { SETTING_NAMES, type SettingsInput } from './settings.ts'

/** A person who can sign in. */
export type Person = { name: string; email: string; groups?: string[] }

/** An Access application, with the members of Cloudflare's API. */
export type Application = NonNullable<SettingsInput['APPLICATIONS']>[number]

/** The options of `startEmulator`. The default of each is that of `npm start`. */
export type EmulatorOptions = {
  /** The path of a file with options (docs/settings.md). The other options win over it. */
  config?: string
  /**
   * The application: a URL whose path is that of the MCP server (`http://localhost:3000/mcp`), or a
   * function that responds to requests. By default, the built-in demo with an MCP server at `/mcp`.
   */
  origin?: Origin
  /** The people who can sign in with one click, and their groups. */
  people?: Person[]
  /**
   * Access applications, with the members of Cloudflare's API, `name` and `domain` included. They replace
   * those of the default seed, and its MCP portal, because one of the portal's servers is the demo.
   */
  applications?: Application[]
  /**
   * MCP portals with your own servers: `{ name: 'Tools', servers: [{ id: 'docs', url: 'http://localhost:3001/mcp' }] }`. They
   * replace those of the default seed, and their Access applications are made with them.
   */
  portals?: Portal[]
  /** Any other setting by its name: `{ CODE_LIFETIME: '10s' }`. */
  settings?: SettingsInput
  /** The time of the emulated clock at the start. */
  clock?: Date | string
  /** The port; a free one by default. */
  port?: number
  /** `false` opens no port: only the emulator's own `fetch` reaches it. */
  listen?: boolean
  /** The folder that keeps everything; in memory by default. */
  persist?: string
  /** Receives each line of the log, one for each decision. The emulator itself prints nothing. */
  log?: Log
  /**
   * Whether the `Date` of a test's fake timers moves the emulated clock. The emulator's own timers
   * always follow the real time.
   */
  followFakeTimers?: boolean
}

const KNOWN: (keyof EmulatorOptions)[] = [
  'config',
  'origin',
  'people',
  'applications',
  'portals',
  'settings',
  'clock',
  'port',
  'listen',
  'persist',
  'log',
  'followFakeTimers',
]

/**
 * Checks the options that the Worker does not check itself.
 *
 * @throws TypeError that names the option
 */
export function checkOptions(options: EmulatorOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`the options are ${options}: expected an object`)
  }
  refuseUnknown('option', options, KNOWN)
  refuseUnknown('setting', options.settings ?? {}, SETTING_NAMES)
  for (const [name, value] of Object.entries(options.settings ?? {})) {
    if (!['function', 'symbol', 'bigint'].includes(typeof value)) continue
    throw new TypeError(`the setting ${name} is a ${typeof value}: expected text or JSON`)
  }
  const { clock, config, log, persist, port } = options
  if (config !== undefined && (typeof config !== 'string' || config.trim() === '')) {
    throw new TypeError(`config is ${JSON.stringify(config)}: expected the path of a file`)
  }
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
    throw new TypeError(`log is ${JSON.stringify(log)}: expected a function that receives a line`)
  }
}

function refuseUnknown(what: string, given: object, known: readonly string[]): void {
  const name = Object.keys(given).find((each) => !known.includes(each))
  if (name === undefined) return
  throw new TypeError(`Unknown ${what} ${name}; ${suggestionFor(name, known)}`)
}

/** Returns the Worker's settings: those of `wrangler.toml`, replaced by those of the options. */
export function varsFor(
  vars: Record<string, unknown>,
  options: EmulatorOptions,
  origin: ParsedOrigin,
): Record<string, string> {
  const hasApplications = (options.applications ?? options.settings?.APPLICATIONS) !== undefined
  const settings: Record<string, unknown> = {
    ...vars,
    ...(hasApplications && portalSettings([])),
    ...(options.people && { PEOPLE: options.people }),
    ...(options.applications && { APPLICATIONS: options.applications }),
    ...(options.portals && portalSettings(options.portals)),
    ...(origin.kind === 'url' && { ORIGIN_URL: origin.url }),
    ...options.settings,
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  // A setting may be a text; objects and lists are JSON.
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
