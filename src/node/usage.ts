import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { nearestName } from '../access/nearest-name.ts'

/** A mistake on the command line. */
export class UsageError extends Error {}

/**
 * Parses the arguments of a command.
 *
 * @throws UsageError for an unknown flag, or one without its value
 */
export function parseArguments<O extends ParseArgsOptionsConfig>(args: string[], options: O) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(unknownFlag(error, Object.keys(options)) ?? messageOf(error))
  }
}

// Node's own message has the flag in quotes, and does not know the flags that exist.
function unknownFlag(error: unknown, known: string[]): string | undefined {
  const isUnknown =
    error instanceof Error && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
  const [, name] = (isUnknown && error.message.match(/'--([^'\s]+)'/)) || []
  if (name === undefined) return undefined
  const nearest = nearestName(name, known)
  return `Unknown flag --${name}${nearest === undefined ? '' : `; did you mean --${nearest}?`}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
