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
  const fault = (path: PropertyKey[], expected: string) => ({
    setting: nameOf(path),
    found: isSecret(path) ? 'a secret that is not shown' : show(valueAt(vars, path)),
    expected,
  })
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => fault([...issue.path, key], 'there is no such member'))
    : [fault(issue.path, issue.message)]
}

const SECRETS = ['EMULATOR_TOKEN', 'API_TOKENS', 'token', 'client_secret']

function isSecret(path: PropertyKey[]): boolean {
  return SECRETS.some((name) => name === path.at(-1))
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
