// A value that is nested deeper can be parsed, and then not be serialized.
const MAX_DEPTH = 50

/** The description of a value that is nested too deep. */
export const TOO_DEEP = `is nested more than ${MAX_DEPTH} levels deep`

/** Returns whether a JSON value is nested too deep to be stored. */
export function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth > MAX_DEPTH || Object.values(value).some((each) => isDeep(each, depth + 1))
}
