import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

// A program may print a URL without a line break after it, and wait.
const UNFINISHED_LINE_MS = 300

/** Calls a function for each line of a program's output, without the escape sequences of terminals. */
export function followLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    if (rest) onLine(stripVTControlCharacters(rest))
    rest = ''
  }
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(stripVTControlCharacters(line))
    clearTimeout(timer)
    timer = setTimeout(flush, UNFINISHED_LINE_MS).unref()
  })
  stream.on('end', flush)
}
