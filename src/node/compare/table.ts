import { paragraph } from '../text.ts'
import type { Agreement } from './agreement.ts'
import type { Row } from './fidelity.ts'
import type { Comparison } from './index.ts'
import type { Probe } from './probes/probe.ts'

const INDENT = ' '.repeat(5)

/** Formats the requests that will be sent, for a user who decides whether they are. */
export function planOf(url: URL, probes: Probe[]): string {
  const lines = probes.map(({ base, method, path, title }) => {
    const target = path === '' ? `the ${base} endpoint` : `${path} at the ${base}`
    return `  ${method.padEnd(8)}${title} (${target})`
  })
  return `Sends these requests to ${url.host}, at most two in a second, and to the authorization server that its
metadata names, if that is on the same site or at *.cloudflareaccess.com. About any other host you
are asked first. No request signs in, registers or changes anything. {path} is ${url.pathname}

  GET     the challenge and both metadata documents, to find the authorization server
${lines.join('\n')}
`
}

/** Formats the differences, each beside its row of docs/fidelity.md, and the counts. */
export function reportOf(
  { agreements, mirror, notSent }: Comparison,
  rows: Map<string, Row>,
): string {
  const different = agreements.filter(({ isSame }) => !isSame)
  const words = [
    `Managed OAuth ${mirror.managedOAuth ? 'on' : 'off'}`,
    `registration ${mirror.registration ? 'on' : 'off'}`,
    mirror.hasPath ? 'an application at a path' : 'an application at a host',
  ]
  return [
    `The emulator was configured like the server: ${words.join(', ')}.`,
    ...different.map((each) => entryOf(each, rows)),
    ...notSent.map(({ probe, why }) =>
      paragraph(`${probe} was not compared: ${why}`, '–    ', INDENT),
    ),
    `${agreements.length - different.length} of ${agreements.length} parts are equal, ${different.length} differ.`,
  ].join('\n\n')
}

function entryOf(agreement: Agreement, rows: Map<string, Row>): string {
  const { emulator, means, part, real, row, title } = agreement
  const known = rows.get(row)
  return [
    `${`✗ ${row}`.padEnd(5)}${title}: ${part}`,
    field('emulator', emulator),
    field('server', real),
    ...(known
      ? [field('row', `${known.behaviour}: ${known.expectation} (${known.knownHow})`)]
      : []),
    field('means', means),
  ].join('\n')
}

function field(name: string, text: string): string {
  return paragraph(text, `${INDENT}${name.padEnd(10)}`, `${INDENT}${' '.repeat(10)}`)
}
