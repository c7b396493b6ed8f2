/**
 * Form encoding as Go's `url.Values` has it: by name, spaces as `+`, and nothing left as it is but
 * letters, digits and `-_.~`. Undefined members are left out.
 *
 * @param more pairs that are sorted in, whose names may be repeated
 *
 * Dashboard: observed (B.2).
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
