import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

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
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
