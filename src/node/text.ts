const LONGEST_LINE = 100

// Text of other programs must not move the cursor, begin a line, or change the direction of text (UAX 9).
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu

/** Replaces characters that would affect a terminal by spaces. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ')
}

/** Wraps a text at the width of the terminal, and at 100 columns at most. */
export function paragraph(text: string, first: string, others = first): string {
  const width = Math.min(process.stdout.columns || LONGEST_LINE, LONGEST_LINE)
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of printable(text).split(' ').filter(Boolean)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = others
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line].join('\n')
}
