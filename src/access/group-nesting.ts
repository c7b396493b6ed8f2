import type { Group } from './rules'

/** How many levels deep groups may name groups. */
export const MOST_GROUP_LEVELS = 100

/** A group that no policy can be decided by, and why. */
type NestingFault = { group: Group; why: string }

/**
 * What is wrong with how these groups name one another, or undefined where nothing is.
 *
 * Assumed: Access undocumented. A group that names itself, by way of others too, has no answer where an
 * `exclude` is on the way; and a chain of groups has to end somewhere.
 */
export function nestingFault(groups: readonly Group[]): NestingFault | undefined {
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
): number | NestingFault {
  const before = known.get(group.id)
  if (before !== undefined) return before
  const at = above.indexOf(group)
  if (at >= 0) return circle(group, above.slice(at + 1))
  // Nobody can go deeper here than that, whatever was stored.
  if (above.length >= MOST_GROUP_LEVELS) return tooDeep(above[0] ?? group)
  let levels = 1
  for (const rule of [...group.include, ...group.require, ...group.exclude]) {
    const named = rule.group && byId.get(rule.group.id)
    if (!named) continue
    const below = levelsOf(named, [...above, group], byId, known)
    if (typeof below !== 'number') return below
    levels = Math.max(levels, below + 1)
  }
  if (levels > MOST_GROUP_LEVELS) return tooDeep(group)
  known.set(group.id, levels)
  return levels
}

function circle(group: Group, others: readonly Group[]): NestingFault {
  const ways = others.map(({ name }) => name).join(', ')
  return { group, why: `the group ${group.name} names itself${ways && `, by way of ${ways}`}` }
}

function tooDeep(group: Group): NestingFault {
  const why = `the group ${group.name} has groups in groups, more than ${MOST_GROUP_LEVELS} levels deep`
  return { group, why }
}
