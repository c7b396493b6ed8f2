import { styleText } from 'node:util'

// The line of an event (events/event-line.ts): its time, its request, its outcome and kind, the rest.
const LINE = /^(\d\d:\d\d:\d\d)((?: \d{3} \S+ \S+)? ([+?.!-]) [\w-]+)(.*)$/s
const COLOURS = { '+': 'green', '?': 'cyan', '-': 'red', '!': 'magenta', '.': 'gray' } as const

/** Returns the line of an event, coloured by its outcome if it is for a terminal that has colours. */
export function painted(line: string, stream: NodeJS.WriteStream = process.stdout): string {
  const [, time, request, sign, rest] = line.match(LINE) ?? []
  if (time === undefined || request === undefined || rest === undefined) return line
  const colour = COLOURS[sign as keyof typeof COLOURS]
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    styleText(style, text, { stream })
  return paint('gray', time) + paint(colour, request) + rest
}
