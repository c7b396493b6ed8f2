/** What a binding does, whoever runs it. */
export type Rule<World> = {
  title: string
  run(world: World): unknown
  /** As JSON has it. */
  expected: unknown
}

/** What is thrown, in one line. */
export async function refusal(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}
