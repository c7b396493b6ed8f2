/** Returns the known name that takes the fewest edits to reach, regardless of case. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const each of known) {
    const edits = editsBetween(name.toLowerCase(), each.toLowerCase())
    if (edits >= fewest) continue
    nearest = each
    fewest = edits
  }
  return nearest
}

// The Levenshtein distance, one row of its table at a time.
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1]
    for (let at = 0; at < to.length; at++) {
      const [replaced = 0, deleted = 0] = row.slice(at, at + 2)
      const inserted = next[at] ?? 0
      const isSame = to[at] === character
      next.push(Math.min(replaced + (isSame ? 0 : 1), deleted + 1, inserted + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
