import type { Result } from './run.ts'

/** Formats the results as JUnit XML, which most CI systems read. A situation that was not seen is skipped. */
export function junitOf(results: Result[]): string {
  const count = (verdict: Result['verdict']) =>
    results.filter((result) => result.verdict === verdict).length
  const time = results.reduce((sum, result) => sum + secondsOf(result), 0)
  const counts = `tests="${results.length}" failures="${count('failed')}" errors="0" skipped="${count('not-seen')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="access-oauth-emulator check" ${counts} time="${time.toFixed(1)}">`,
    `  <testsuite name="access-oauth-emulator check" ${counts} time="${time.toFixed(1)}">`,
    ...results.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(result: Result): string {
  const { id, title, verdict } = result
  const time = secondsOf(result).toFixed(1)
  const head = `    <testcase classname="${escaped(id)}" name="${escaped(title)}" time="${time}"`
  if (verdict === 'passed') return `${head}/>`
  const body =
    verdict === 'not-seen'
      ? `<skipped message="${escaped(result.why)}"/>`
      : `<failure type="${result.level}" message="${escaped(result.why)}">${escaped(detailsOf(result))}</failure>`
  return `${head}>\n      ${body}\n    </testcase>`
}

function detailsOf({ checks }: Result): string {
  return checks
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ change, level, rule, why }) =>
      [why, `${rule} (${level})`, change].filter(Boolean).join('\n'),
    )
    .join('\n\n')
}

function secondsOf({ runs }: Result): number {
  return runs.reduce((sum, { seconds }) => sum + seconds, 0)
}

// XML 1.0 has no other control characters, not even escaped.
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(NOT_IN_XML, '�').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
}
