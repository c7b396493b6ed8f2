import { existsSync, readFileSync } from 'node:fs'

/** A row of docs/fidelity.md: a behaviour of Access, and how it is known. */
export type Row = { id: string; behaviour: string; expectation: string; knownHow: string }

const ROW = /^\| ([A-Z]{1,2}\d+) \| (.*) \|$/gm
// A bar inside a cell is escaped.
const CELL = / (?<!\\)\| /

/** Reads the rows from the table in Markdown. */
export function rowsOf(markdown: string): Map<string, Row> {
  const rows = [...markdown.matchAll(ROW)].map(([, id = '', rest = '']): [string, Row] => {
    const [behaviour = '', expectation = '', knownHow = ''] = rest.split(CELL)
    return [id, { id, behaviour, expectation, knownHow }]
  })
  return new Map(rows)
}

/** Reads docs/fidelity.md, of which the package contains a copy. */
export function fidelity(): Map<string, Row> {
  const places = ['./fidelity.md', '../../../docs/fidelity.md']
  const file = places.map((each) => new URL(each, import.meta.url)).find((url) => existsSync(url))
  return file ? rowsOf(readFileSync(file, 'utf8')) : new Map()
}
