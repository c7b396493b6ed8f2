/**
 * Returns the text of a claim for comparison: of a string, a number or a boolean. An object, an array or
 * null has none, and converting one could fail: an identity provider chooses what is in it.
 */
export function claimText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}

/** Returns the texts of a claim that is a list. */
export function claimTexts(values: readonly unknown[]): string[] {
  return values.flatMap((value) => claimText(value) ?? [])
}
