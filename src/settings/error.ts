import type { z } from 'zod'

/** One wrong setting. */
export type SettingsFault = { setting: string; found: string; expected: string }

/** Thrown while a setting is wrong: every request is answered with the list of faults. */
export class SettingsError extends Error {
  constructor(readonly faults: SettingsFault[]) {
    super(
      `Wrong settings: ${faults
        .map(({ setting, found, expected }) => `${setting} is ${found}: ${expected}`)
        .join('; ')}`,
    )
    this.name = 'SettingsError'
  }
}

/** What an issue of the schema says is wrong, in the names of the settings. */
export function faultsOf(vars: object, issue: z.core.$ZodIssue): SettingsFault[] {
  const setting = nameOf(issue.path)
  if (issue.code !== 'unrecognized_keys') {
    return [{ setting, found: foundAt(vars, issue.path), expected: issue.message }]
  }
  const expected = 'there is no such member'
  return issue.keys.map((key) => {
    const path = [...issue.path, key]
    // Perhaps a secret's name, misspelt.
    const found = mayHoldSecrets(path) ? NOT_SHOWN : foundAt(vars, path)
    return { setting: nameOf(path), found, expected }
  })
}

// Whoever asks is shown what is wrong, on a host for everybody too.
const NOT_SHOWN = 'not shown, because it may be a secret'
const SECRETS: unknown[] = ['EMULATOR_TOKEN', 'token', 'client_secret', 'config']
const WITH_SECRETS: unknown[] = [
  'API_TOKENS',
  'IDENTITY_PROVIDERS',
  'OAUTH_CLIENTS',
  'SERVICE_TOKENS',
]

function foundAt(vars: object, path: PropertyKey[]): string {
  const value = valueAt(vars, path)
  if (value === undefined) return show(value)
  // The whole setting, one of its records, or what holds more than one value.
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
