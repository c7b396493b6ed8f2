import { printable } from '../text.ts'
import type { Evidence } from './evidence.ts'
import type { Row } from './fidelity.ts'

/**
 * Formats a proposal for docs/fidelity.md: the rows that the evidence confirms, those that it contradicts,
 * and those that are still assumed.
 */
export function proposalOf({ date, parts }: Evidence, rows: Map<string, Row>): string {
  const byRow = Map.groupBy(parts, ({ row }) => row)
  const known = [...byRow].filter(([row]) => rows.has(row))
  const confirmed = known.filter(([, found]) => found.every(({ isSame }) => isSame))
  const contradicted = known.filter(([, found]) => found.some(({ isSame }) => !isSame))
  const assumed = [...rows.values()].filter(
    ({ id, knownHow }) =>
      !isPain(id) && isAssumed(knownHow) && !confirmed.some(([row]) => row === id),
  )
  return [
    '## Confirmed: the server responded as the emulator does\n',
    ...table(confirmed.map(([row]) => lineOf(rows.get(row), `seen live ${date}`))),
    '\n## Contradicted: each needs a decision, and a change of the emulator\n',
    ...contradicted.flatMap(([row, found]) => [
      ...table([lineOf(rows.get(row), `contradicted ${date}`)]),
      '',
      ...found.filter(({ isSame }) => !isSame).map(differenceOf),
      '',
    ]),
    `\n## Still assumed: ${assumed.length} rows\n`,
    ...assumed.map(({ behaviour, id, knownHow }) => `- ${id} ${behaviour} (${knownHow})`),
    '',
  ].join('\n')
}

// Pains follow from the other rows.
function isPain(id: string): boolean {
  return id.startsWith('P')
}

/** Returns whether a row was not seen on the real service, at least in part. */
function isAssumed(knownHow: string): boolean {
  return !/^(observed|seen live)\b(?!.*\bours)/.test(knownHow)
}

function table(lines: string[]): string[] {
  if (lines.length === 0) return ['None.']
  return ['| row | behaviour | expectation | known how |', '|---|---|---|---|', ...lines]
}

function lineOf(row: Row | undefined, seen: string): string {
  if (!row) return ''
  const { behaviour, expectation, id, knownHow } = row
  return `| ${id} | ${behaviour} | ${expectation} | ${seen} (before: ${knownHow}) |`
}

// The texts come from a file that anybody can have written: no line, no table, no HTML, no mention.
function differenceOf({ emulator, part, probe, server }: Evidence['parts'][number]): string {
  const code = (value: string) => `\`${printable(value).replaceAll('`', "'")}\``
  return `- ${code(probe)}, ${code(part)}: the emulator has ${code(emulator)}, the server ${code(server)}`
}
