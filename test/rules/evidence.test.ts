import { describe, expect, it } from 'vitest'
import fidelity from '../../docs/fidelity.md?raw'

const sources = import.meta.glob<string>('../../src/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const tests = import.meta.glob<string>('../../test/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const rows = [...fidelity.matchAll(/^\| ([A-Z]{1,2}\d+) \|/gm)].map(([, id = '']) => id)

// `[U2]`, `[T7-T10]`, `[D9, D10]`: a mark in a comment, a test title or an event.
const MARK = /\[((?:[A-Z]{1,2}\d+)(?:(?:, |-)[A-Z]{1,2}\d+)*)\]/g

function idsIn(text: string): string[] {
  return [...text.matchAll(MARK)].flatMap(([, mark = '']) => mark.split(', ').flatMap(rangeOf))
}

function rangeOf(part: string): string[] {
  const [first = '', last = first] = part.split('-')
  const family = first.replace(/\d+$/, '')
  const [from, to] = [first, last].map((id) => Number(id.match(/\d+$/)?.[0]))
  if (from === undefined || to === undefined) return []
  return Array.from({ length: to - from + 1 }, (_, index) => `${family}${from + index}`)
}

describe('A mark of evidence', () => {
  const marks = Object.entries({ ...sources, ...tests }).flatMap(([file, text]) =>
    idsIn(text).map((id) => ({ file, id })),
  )

  it('has a row in docs/fidelity.md', () => {
    expect(marks.length).toBeGreaterThan(500)
    expect(marks.filter(({ id }) => !rows.includes(id))).toEqual([])
  })

  it('cites no section of a document that is not in the repository', () => {
    const cited =
      /(?<!RFC \d+,? |FIPS [\d-]+ )\b(?:sections? )?[A-F]\.\d+\b(?! of RFC)|\bfacts, section/
    const lines = Object.entries({ ...sources, ...tests })
      .filter(([file]) => !file.endsWith('evidence.test.ts'))
      .flatMap(([file, text]) => text.split('\n').map((line) => ({ file, line: line.trim() })))
    expect(lines.filter(({ line }) => cited.test(line))).toEqual([])
  })
})

describe('A row of docs/fidelity.md', () => {
  it('exists exactly once', () => {
    expect(rows.length).toBeGreaterThan(200)
    expect(rows).toEqual([...new Set(rows)])
  })

  it('is named by a test', () => {
    const named = new Set(Object.values(tests).flatMap(idsIn))
    // Pains are reproduced under their number alone.
    const unnamed = rows.filter((id) => !named.has(id))
    expect(unnamed).toEqual([])
  })
})
