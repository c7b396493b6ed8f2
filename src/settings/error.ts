import type { z } from 'zod'
import { suggestionFor } from '../access/nearest-name'

/** A setting with an invalid value. */
export type SettingsProblem = { setting: string; found: string; expected: string }

/** Thrown if settings are invalid. Every response is then an error that lists the problems. */
export class SettingsError extends Error {
  constructor(readonly problems: SettingsProblem[]) {
    super(
      `Invalid settings: ${problems
        .map(({ setting, found, expected }) => `${setting} is ${found}: ${expected}`)
        .join('; ')}`,
    )
    this.name = 'SettingsError'
  }
}

/**
 * Translates an issue of the schema into problems that name the settings.
 *
 * @param memberNamesAt returns the names of the members that the object at a path may have
 */
export function problemsOf(
  vars: object,
  issue: z.core.$ZodIssue,
  memberNamesAt: (path: readonly PropertyKey[]) => string[] = () => [],
): SettingsProblem[] {
  const setting = nameOf(issue.path)
  if (issue.code !== 'unrecognized_keys') {
    return [{ setting, found: foundAt(vars, issue.path), expected: issue.message }]
  }
  return issue.keys.map((key) => {
    const path = [...issue.path, key]
    const expected = `there is no such member; ${suggestionFor(key, memberNamesAt(issue.path))}`
    // The name may be a misspelt name of a secret.
    const found = mayHoldSecrets(path) ? NOT_SHOWN : foundAt(vars, path)
    return { setting: nameOf(path), found, expected }
  })
}

// Problems are shown to every caller, on a public host as well, so they must not reveal secrets.
export const NOT_SHOWN = 'not shown, because it may be a secret'
const SECRETS: unknown[] = [
  'EMULATOR_TOKEN',
  'token',
  'client_secret',
  'config',
  'auth_credentials',
]
const WITH_SECRETS: unknown[] = [
  'API_TOKENS',
  'IDENTITY_PROVIDERS',
  'MCP_SERVERS',
  'OAUTH_CLIENTS',
  'SERVICE_TOKENS',
]

function foundAt(vars: object, path: PropertyKey[]): string {
  const value = valueAt(vars, path)
  if (value === undefined) return show(value)
  // A whole setting, a whole record, or a value with members.
  const isWhole = path.length <= 2 || typeof value === 'object'
  const isSecret = SECRETS.includes(path.at(-1)) || (mayHoldSecrets(path) && isWhole)
  return isSecret ? NOT_SHOWN : show(value)
}

function mayHoldSecrets([setting]: PropertyKey[]): boolean {
  return WITH_SECRETS.includes(setting)
}

function nameOf(path: PropertyKey[]): string {
  return path.reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : `${name}${name && '.'}${String(part)}`,
    '',
  )
}

function valueAt(vars: object, path: PropertyKey[]): unknown {
  let value: unknown = vars
  for (const part of path) {
    if (typeof value === 'string') value = parsedOr(value)
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part]
  }
  return value
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not set'
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
