import fc from 'fast-check'

/** Any text: half of the characters ASCII, control characters among them, no half surrogate pairs. */
export const anyText: fc.Arbitrary<string> = textOf(0)
export const anyTextButNone: fc.Arbitrary<string> = textOf(1)

// The same as fc.string({ unit: 'binary' }), which takes more than a second to begin.
function textOf(minLength: number): fc.Arbitrary<string> {
  const ascii = fc.integer({ min: 0, max: 0x7f })
  const other = fc.oneof(
    fc.integer({ min: 0x80, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  return fc
    .array(fc.oneof(ascii, other), { minLength })
    .map((codePoints) => String.fromCodePoint(...codePoints))
}

// Parts of a URI that two parsers may read differently.
const TRICKS = [
  ...['@', 'user@', 'user:secret@', ':', ':80', ':443', ':99999', '\\', '/', '//', '///'],
  ...['.', '..', '/.', '/..', '/../', '/./', ';', '..;', '*', '?', '#', '&', '[', ']', '|'],
  ...['%2e', '%2E%2e', '%2f', '%5C', '%00', '%09', '%40', '%252e', '%', '%zz', '%6c'],
  ...['\t', '\n', '\r', ' ', '\0', '\u007f', '\u00ad', '\u200b', '\u2028', '\ufeff'],
  ...['。', '．', '／', '＠', '１', 'ⓛ', 'ſ', 'K', 'é', 'ı', '٠', 'xn--', '0x', '0', '1'],
  ...[
    '.evil.example',
    'evil.example',
    'localhost',
    '127.0.0.1',
    'http:',
    'https://',
    'javascript:',
  ],
]

type Mutation = {
  kind: 'insert' | 'replace' | 'delete' | 'upper' | 'encode'
  at: number
  trick: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'insert', 'replace', 'delete', 'upper', 'encode'),
  at: fc.nat(200),
  trick: fc.constantFrom(...TRICKS),
})

function mutate(uri: string, { kind, at, trick }: Mutation): string {
  const index = at % (uri.length + 1)
  const [before, character, after] = [uri.slice(0, index), uri.charAt(index), uri.slice(index + 1)]
  switch (kind) {
    case 'insert':
      return before + trick + uri.slice(index)
    case 'replace':
      return before + trick + after
    case 'delete':
      return before + after
    case 'upper':
      return before + character.toUpperCase() + after
    case 'encode':
      return before + encodeURIComponent(character).replace(/^[^%]$/, hexOf) + after
  }
}

function hexOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** Mostly one of `uris` with up to three mutations (none in a fifth of all), else any text. */
export function nearMisses(...uris: string[]): fc.Arbitrary<string> {
  const near = fc
    .tuple(fc.constantFrom(...uris), fc.array(mutation, { maxLength: 3, size: 'max' }))
    .map(([uri, mutations]) => mutations.reduce(mutate, uri))
  return fc.oneof({ arbitrary: near, weight: 19 }, { arbitrary: anyText, weight: 1 })
}

/**
 * Scheme, authority, path and query as RFC 3986 appendix B reads them: a parser that knows nothing
 * of WHATWG's URL parser.
 */
export function readByRfc3986(uri: string) {
  const [, , scheme, , authority, path = '', , query] =
    uri.match(/^(([^:/?#]+):)?(\/\/([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?$/s) ?? []
  return { scheme, authority, path, query }
}
