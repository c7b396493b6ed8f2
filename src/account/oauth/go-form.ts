/**
 * Encodes a form as Go's `url.Values` does: sorted by name, spaces as `+`, and everything escaped but
 * letters, digits and `-_.~`. Undefined members are omitted.
 *
 * Dashboard: observed [D10].
 *
 * @param more further pairs; their names may repeat
 */
export function goForm(
  parameters: Record<string, string | undefined>,
  more: Iterable<[string, string]> = [],
): string {
  return [...more, ...Object.entries(parameters)]
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
