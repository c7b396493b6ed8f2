/** One line of the table: a figure, and its ratio to another figure of the same rounds. */
export type Figure = {
  what: string
  value: number
  unit: 'ms' | '/s' | 'MiB'
  p99?: number
  ratio?: { value: number; to: string; atMost?: number; atLeast?: number }
}

/** Returns whether the ratio meets its target; undefined if there is no target. */
function isMet({ ratio }: Figure): boolean | undefined {
  const { atLeast, atMost, value } = ratio ?? {}
  if (value === undefined || (atLeast ?? atMost) === undefined) return undefined
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? 0)
}

/** Returns the figures as a table of text. */
export function tableOf(figures: Figure[]): string {
  const rows = figures.map((figure) => {
    const { p99, ratio, unit, value, what } = figure
    const target = ratio?.atMost !== undefined ? `<= ${ratio.atMost}` : ''
    const met = isMet(figure)
    return [
      what,
      `${digits(value)} ${unit}`,
      p99 === undefined ? '' : `${digits(p99)} ${unit}`,
      ratio ? `${ratio.value.toFixed(2)} x ${ratio.to}` : '',
      ratio?.atLeast !== undefined ? `>= ${ratio.atLeast}` : target,
      met === undefined ? '' : met ? 'met' : 'MISSED',
    ]
  })
  const table = [['what', 'median', 'p99', 'ratio', 'target', ''], ...rows]
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  )
  return table
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Returns the figures as JSON, for programs. */
export function jsonOf(figures: Figure[]): string {
  return JSON.stringify(
    figures.map((figure) => ({ ...figure, isMet: isMet(figure) })),
    null,
    2,
  )
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
