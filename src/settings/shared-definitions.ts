// A definition of its own has to be shorter than its copies.
const SHORTEST = 400

/** Returns a JSON schema whose repeated parts are definitions: rules occur in each part of each policy. */
export function withSharedDefinitions(schema: object): object {
  const copies = new Map<string, number>()
  count(schema, copies)
  const definitions: Record<string, unknown> = {}
  const names = new Map<string, string>()

  function shared(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(shared)
    if (typeof value !== 'object' || value === null) return value
    const text = JSON.stringify(value)
    const members = () =>
      Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shared(each)]))
    if (text.length < SHORTEST || copies.get(text) === 1) return members()
    const known = names.get(text)
    const name = known ?? `part${names.size + 1}`
    if (known === undefined) {
      names.set(text, name)
      definitions[name] = members()
    }
    return { $ref: `#/$defs/${name}` }
  }

  return { ...(shared(schema) as object), $defs: definitions }
}

function count(value: unknown, copies: Map<string, number>): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) {
    const text = JSON.stringify(value)
    copies.set(text, (copies.get(text) ?? 0) + 1)
  }
  for (const each of Object.values(value)) count(each, copies)
}
