import { paragraph } from '../text.ts'
import type { Agreement } from './agreement.ts'
import type { Row } from './fidelity.ts'
import type { Comparison } from './index.ts'
import type { Probe } from './probes/probe.ts'

const INDENT = ' '.repeat(6)

/** Formats the requests that will be sent, for a user who decides whether they are. */
export function planOf({ host, pathname }: URL, probes: Probe[]): string {
  const lines = probes.map(({ base, method, path, title }) => {
    const filled = path.replace('{path}', pathname).replace('{issuer-path}', '')
    const place = base === 'team' ? 'authorization server' : base
    const target = filled === '' ? `the ${base} endpoint` : `${filled} at the ${place}`
    return requestLine(method, `${title} (${target})`)
  })
  const intro = `These requests go to ${host}, and to the authorization server that its metadata
    names, if that is on the same site or at *.cloudflareaccess.com. You are asked about any other host.
    At most two are sent in a second, so that all of them take about ${Math.ceil(probes.length / 2)} seconds.
    No request signs in, registers a client or changes anything.`
  const first = 'The challenge and both metadata documents, to find the authorization server'
  return [
    paragraph(intro.replaceAll('\n', ' '), ''),
    '',
    requestLine('GET', first),
    ...lines,
    '',
  ].join('\n')
}

function requestLine(method: string, text: string): string {
  return paragraph(text, `  ${method.padEnd(9)}`, ' '.repeat(11))
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
    paragraph(`The emulator was configured like the server: ${words.join(', ')}.`, ''),
    ...different.map((each) => entryOf(each, rows)),
    ...[...Map.groupBy(notSent, ({ why }) => why)].map(([why, probes]) => {
      const names = probes.map(({ probe }) => probe).join(', ')
      return paragraph(`Not compared: ${names}. ${why}`, '–     ', INDENT)
    }),
    `${agreements.length - different.length} of ${agreements.length} parts are equal, ${different.length} differ.`,
  ].join('\n\n')
}

function entryOf(agreement: Agreement, rows: Map<string, Row>): string {
  const { emulator, means, part, real, row, title } = agreement
  const known = rows.get(row)
  return [
    paragraph(`${title}: ${part}`, `✗ ${row}`.padEnd(6), INDENT),
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
