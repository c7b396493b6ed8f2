/** A command of `access-oauth-emulator <name>`. */
export type Command = {
  /** Its part of `--help`: the usage, a sentence, and one line for each flag. */
  help: string
  /**
   * Runs the command until it has ended.
   *
   * @param args the arguments after its name
   * @throws UsageError for a mistake on the command line (exit status 2); Error if it fails (1)
   */
  run(args: string[]): Promise<void>
}
