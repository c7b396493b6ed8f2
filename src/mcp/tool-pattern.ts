const LONGEST_PATTERN = 200
// Longer descriptions are searched up to here.
const MOST_SEARCHED = 1000
const MOST_QUANTIFIERS = 2
const MOST_GROUPS = 2

/** A search in names and descriptions of tools, or the reason why there is none. */
export type ToolPattern =
  | { matches: (text: string) => boolean; problem?: undefined }
  | { problem: string }

/**
 * Parses the `pattern` of `portal_query_tools`.
 *
 * Not like Access: a pattern that could take long is refused, because the engine of JavaScript tries
 * every way to match and cannot be interrupted. Repeated groups and backreferences can take
 * exponential time, and each further quantifier or group multiplies the time.
 */
export function parseToolPattern(pattern: unknown): ToolPattern {
  if (typeof pattern !== 'string' || pattern.length > LONGEST_PATTERN) {
    return { problem: `pattern must be a text of at most ${LONGEST_PATTERN} characters.` }
  }
  const expression = expressionOf(pattern)
  if (!expression) return { problem: 'pattern is not a regular expression.' }
  const problem = costOf(pattern)
  if (problem) return { problem }
  return { matches: (text) => expression.test(text.slice(0, MOST_SEARCHED)) }
}

function costOf(pattern: string): string | undefined {
  if (/\\[1-9k]/.test(pattern)) return 'pattern must have no backreferences.'
  const structure = pattern
    .replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '-')
    .replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, '(')
  if (/\)(?:[*+]|\{)/.test(structure)) return 'pattern must not repeat a group.'
  if (count(structure, /\(/g) > MOST_GROUPS) {
    return `pattern must have at most ${MOST_GROUPS} groups.`
  }
  if (count(structure, /(?:[*+?]|\{\d+,\d*\})\??/g) > MOST_QUANTIFIERS) {
    return `pattern must have at most ${MOST_QUANTIFIERS} of the quantifiers *, +, ? and {n,m}.`
  }
  return undefined
}

function count(text: string, wanted: RegExp): number {
  return text.match(wanted)?.length ?? 0
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'i')
  } catch {
    return undefined
  }
}
