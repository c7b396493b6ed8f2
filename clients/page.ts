import type { Result } from '../src/node/check/index.ts'
import { SITUATIONS } from '../src/node/check/situations.ts'
import type { ClientEntry } from './table.ts'

/** The result of a client in each situation, or the reason why it did not run. */
export type Recorded = {
  date: string
  version?: string
  missing?: string
  situations?: Record<
    string,
    { verdict: 'passed' | 'failed' | 'not-seen'; why: { level: string; why: string }[] }
  >
}
export type Results = Record<string, Recorded>

const PORT = /(localhost|127\.0\.0\.1):\d+/g
const SIGNS = { passed: '✓', failed: '✗', 'not-seen': '–' }

/** Reduces results to what the page shows. The ports of the emulators differ from run to run. */
export function recorded(results: Result[]): Recorded['situations'] {
  return Object.fromEntries(
    results.map(({ checks, id, verdict }) => {
      const why = checks
        .filter((check) => check.verdict === verdict && verdict !== 'passed')
        .map(({ level, why }) => ({ level, why: why.replaceAll(PORT, '$1') }))
      return [id, { verdict, why }]
    }),
  )
}

/** Formats docs/clients.md. */
export function pageOf(clients: ClientEntry[], results: Results): string {
  const seen = clients.filter(({ id }) => results[id])
  const ran = seen.filter(({ id }) => results[id]?.situations)
  return [
    '# What real clients do',
    '',
    'Made by `npm run clients`, which runs each client through [`check`](check.md). Anybody can run it again: clients that are',
    'not installed here are fetched from npm or PyPI into a temporary folder. `npm run clients -- <id>` runs one of them.',
    '',
    '| client | version | date | what was run |',
    '|---|---|---|---|',
    ...seen.map((client) => rowOf(client, results[client.id])),
    '',
    '✓ passed, ✗ failed (a SHOULD, or a MUST if the cell says so), – not seen: the client did not show it, which is no pass.',
    'The situations are described in [check.md](check.md#situations).',
    '',
    `| situation | ${ran.map(({ name }) => name).join(' | ')} |`,
    `|---|${ran.map(() => '---|').join('')}`,
    ...SITUATIONS.map(
      ({ id }) =>
        `| \`${id}\` | ${ran.map((client) => signOf(results[client.id], id)).join(' | ')} |`,
    ),
    '',
    ...ran.flatMap((client) => sectionOf(client, results[client.id])),
  ].join('\n')
}

function rowOf(
  { name, note, package: { name: packageName } }: ClientEntry,
  found?: Recorded,
): string {
  const what = found?.missing
    ? `did not run: ${found.missing}`
    : (note ?? 'A program on the library that calls a tool six times.')
  return `| ${name} | \`${packageName}\` ${found?.version ?? ''} | ${found?.date} | ${what} |`
}

function signOf(found: Recorded | undefined, id: string): string {
  const result = found?.situations?.[id]
  if (!result) return ''
  const isMust = result.verdict === 'failed' && result.why.some(({ level }) => level === 'MUST')
  return SIGNS[result.verdict] + (isMust ? ' MUST' : '')
}

// Violations only: what was passed is described by the situation.
function sectionOf({ name }: ClientEntry, found?: Recorded): string[] {
  const failed = Object.entries(found?.situations ?? {}).filter(
    ([, { verdict }]) => verdict === 'failed',
  )
  if (failed.length === 0) return []
  return [
    `## ${name}`,
    '',
    ...failed.flatMap(([id, { why }]) =>
      why.map((each) => `- \`${id}\` (${each.level}): ${escaped(each.why)}`),
    ),
    '',
  ]
}

function escaped(text: string): string {
  return text.replaceAll('<', '&lt;')
}
