import { suggestionFor } from '../access/nearest-name'
import { NOT_SHOWN, type SettingsProblem } from './error'

/** The bindings of the Worker that are no settings. */
const BINDINGS = ['KV', 'GRANTS', 'EMULATOR', 'ORIGIN']

/**
 * Returns a problem for each variable that is no setting, with the nearest setting. A misspelt setting
 * would otherwise have its default without a word. Names that begin with two underscores are those of tools.
 */
export function unknownSettings(vars: object, known: readonly string[]): SettingsProblem[] {
  return Object.entries(vars)
    .filter(([name]) => !known.includes(name) && !BINDINGS.includes(name) && !name.startsWith('__'))
    .filter(([, value]) => isData(value))
    .map(([name]) => ({
      setting: name,
      // The name may be a misspelt name of a secret.
      found: NOT_SHOWN,
      expected: `there is no such setting; ${suggestionFor(name, known)}`,
    }))
}

// A variable is text or JSON. A binding of the user's own is an object of the runtime.
function isData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  if (Array.isArray(value)) return true
  return Object.getPrototypeOf(value) === Object.prototype
}
