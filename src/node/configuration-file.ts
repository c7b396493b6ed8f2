import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkOptions, type EmulatorOptions } from './options.ts'

/** The options of `startEmulator`, as a configuration file has them. */
export type Configuration = Omit<EmulatorOptions, 'config'>

const NAMES = ['access.config.ts', 'access.config.js', 'access.config.json']

/** Returns the options of a configuration file unchanged. It gives them their type. */
export function defineConfig(options: Configuration): Configuration {
  return options
}

/** Returns the path of the configuration file of a folder, or undefined if it has none. */
export function findConfiguration(folder: string): string | undefined {
  return NAMES.map((name) => join(folder, name)).find((file) => existsSync(file))
}

/**
 * Reads a configuration file.
 *
 * @throws TypeError for a wrong option; Error if the file cannot be loaded. Both name the file
 */
async function readConfiguration(file: string): Promise<Configuration> {
  const found = await load(file).catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : cause
    throw new Error(`${file} cannot be loaded: ${message}`, { cause })
  })
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new TypeError(`${file}: expected a default export, an object with the options`)
  }
  const { $schema, ...options } = found as Configuration & { $schema?: unknown }
  try {
    checkOptions(options)
    if ('config' in options) throw new TypeError('the option config is not for a file')
  } catch (error) {
    throw new TypeError(`${file}: ${error instanceof Error ? error.message : error}`)
  }
  return options
}

async function load(file: string): Promise<unknown> {
  if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'))
  const { default: found } = await import(/* @vite-ignore */ pathToFileURL(resolve(file)).href)
  return found
}

/** Returns the options together with those of the file that they name. The given ones win. */
export async function withConfiguration({
  config,
  ...options
}: EmulatorOptions): Promise<Configuration> {
  return config === undefined ? options : merged(await readConfiguration(config), options)
}

function merged(file: Configuration, options: Configuration): Configuration {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const { APPLICATIONS, MCP_PORTALS, MCP_SERVERS, ORIGIN_URL, PEOPLE, ...others } =
    file.settings ?? {}
  const settings = {
    ...others,
    // An option has a setting of its own, which would win over it.
    ...(APPLICATIONS && !options.applications && { APPLICATIONS }),
    ...(MCP_PORTALS && !options.portals && { MCP_PORTALS }),
    ...(MCP_SERVERS && !options.portals && { MCP_SERVERS }),
    ...(ORIGIN_URL && !options.origin && { ORIGIN_URL }),
    ...(PEOPLE && !options.people && { PEOPLE }),
    ...options.settings,
  }
  return { ...file, ...Object.fromEntries(given), settings }
}
