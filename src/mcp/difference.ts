import type { Definition } from './override'

/** The difference between two versions of a list of tools or prompts, by name. */
export type Difference = {
  added: string[]
  removed: string[]
  /** The definitions that differ, with the members that do. */
  changed: { name: string; members: string[] }[]
}

/**
 * Compares a stored list of definitions with the current one of its server.
 *
 * Portal: observed [MP46]. Clients see the stored definition until the next sync, so a member that the server has
 * changed since then is wrong for them.
 */
export function differenceOf(
  stored: readonly Definition[],
  live: readonly Definition[],
): Difference {
  const before = new Map(stored.map((each) => [each.name, each]))
  const now = new Map(live.map((each) => [each.name, each]))
  return {
    added: [...now.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !now.has(name)),
    changed: [...now].flatMap(([name, definition]) => {
      const old = before.get(name)
      const members = old ? changedMembers(old, definition) : []
      return members.length > 0 ? [{ name, members }] : []
    }),
  }
}

function changedMembers(before: Definition, now: Definition): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].filter((name) => canonical(before[name]) !== canonical(now[name])).sort()
}

// The order of members has no meaning in JSON.
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
