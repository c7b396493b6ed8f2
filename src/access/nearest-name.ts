// A name that differs in more than this part of its letters is another one.
const MOST_DIFFERENT = 1 / 3
const SHORTEST_BEGINNING = 3

/**
 * Returns the end of a sentence about a name that does not exist: the nearest known name, or all of them if
 * none is near.
 */
export function suggestionFor(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? expectedOneOf(known) : `did you mean ${nearest}?`
}

function expectedOneOf(known: readonly string[]): string {
  if (known.length > 1) return `expected one of ${known.join(', ')}`
  return `expected ${known[0] ?? 'none'}`
}

/**
 * Returns the known name that takes the fewest edits to reach, regardless of case. A name that needs edits of
 * more than a third of its letters is not near, unless one of the two begins with the other.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const each of known) {
    const [from, to] = [name.toLowerCase(), each.toLowerCase()]
    const edits = editsBetween(from, to)
    if (edits >= fewest || !(isNear(edits, from, to) || isBeginning(from, to))) continue
    nearest = each
    fewest = edits
  }
  return nearest
}

function isNear(edits: number, from: string, to: string): boolean {
  return edits <= Math.max(from.length, to.length) * MOST_DIFFERENT
}

function isBeginning(from: string, to: string): boolean {
  const [shorter, longer] = from.length < to.length ? [from, to] : [to, from]
  return shorter.length >= SHORTEST_BEGINNING && longer.startsWith(shorter)
}

// The Levenshtein distance, in which two exchanged neighbours are one edit (optimal string alignment). The table
// is kept one row at a time.
function editsBetween(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1]
    for (let at = 0; at < to.length; at++) {
      const [replaced = 0, deleted = 0] = row.slice(at, at + 2)
      const inserted = next[at] ?? 0
      const isSame = to[at] === from[index]
      const edits = [replaced + (isSame ? 0 : 1), deleted + 1, inserted + 1]
      const exchanged = before[at - 1]
      const isExchanged = to[at] === from[index - 1] && to[at - 1] === from[index]
      if (isExchanged && exchanged !== undefined) edits.push(exchanged + 1)
      next.push(Math.min(...edits))
    }
    before = row
    row = next
  }
  return row.at(-1) ?? 0
}
