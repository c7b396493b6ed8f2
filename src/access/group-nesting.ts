import type { Group } from './rules'

/** The maximum number of levels of groups within groups. */
export const MAX_GROUP_LEVELS = 100

/** A group that cannot be evaluated, and why. */
type NestingProblem = { group: Group; why: string }

/**
 * Returns what is wrong with the references between these groups, or undefined if nothing is.
 *
 * Assumed: Access undocumented. A group that refers to itself, directly or through others, has no
 * defined result if an `exclude` is in between, and recursion has to be bounded.
 */
export function nestingProblem(groups: readonly Group[]): NestingProblem | undefined {
  const byId = new Map(groups.map((group) => [group.id, group]))
  const levels = new Map<string, number>()
  for (const group of groups) {
    const found = levelsOf(group, [], byId, levels)
    if (typeof found !== 'number') return found
  }
  return undefined
}

function levelsOf(
  group: Group,
  above: readonly Group[],
  byId: ReadonlyMap<string, Group>,
  known: Map<string, number>,
): number | NestingProblem {
  const before = known.get(group.id)
  if (before !== undefined) return before
  const at = above.indexOf(group)
  if (at >= 0) return circle(group, above.slice(at + 1))
  // Bounds the recursion, whatever is stored.
  if (above.length >= MAX_GROUP_LEVELS) return tooDeep(above[0] ?? group)
  let levels = 1
  for (const rule of [...group.include, ...group.require, ...group.exclude]) {
    const named = rule.group && byId.get(rule.group.id)
    if (!named) continue
    const below = levelsOf(named, [...above, group], byId, known)
    if (typeof below !== 'number') return below
    levels = Math.max(levels, below + 1)
  }
  if (levels > MAX_GROUP_LEVELS) return tooDeep(group)
  known.set(group.id, levels)
  return levels
}

function circle(group: Group, others: readonly Group[]): NestingProblem {
  const names = others.map(({ name }) => name).join(', ')
  return { group, why: `the group ${group.name} refers to itself${names && ` through ${names}`}` }
}

function tooDeep(group: Group): NestingProblem {
  const why = `the group ${group.name} nests groups more than ${MAX_GROUP_LEVELS} levels deep`
  return { group, why }
}
