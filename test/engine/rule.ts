/** A rule that a binding keeps on every engine. */
export type Rule<World> = {
  title: string
  run(world: World): unknown
  /** The result, as JSON. */
  expected: unknown
}

/** Returns the thrown error in one line. */
export async function refusal(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}
