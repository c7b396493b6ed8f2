import { describe, expect, it } from 'vitest'
import security from '../../docs/security.md?raw'
import policy from '../../SECURITY.md?raw'

const tests = import.meta.glob<string>('/test/**/*.test.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
})

// In a row of a table: `file` and "title".
const NAMED = /`(test\/[\w/.-]+\.test\.ts)` "([^"]+)"/g
const named = [...security.matchAll(NAMED)].map(([, file = '', title = '']) => [file, title])
const rows = security.split('\n').filter((line) => /^\| \d/.test(line))

describe.each([
  ['SECURITY.md', policy],
  ['docs/security.md', security],
])('%s', (_, page) => {
  it('first warns against using the emulator as protection', () => {
    expect(page.split('\n').find((line) => line && !line.startsWith('#'))).toMatch(
      /emulator.*never/i,
    )
  })
})

describe('docs/security.md', () => {
  it.each(named)('names a test that exists: %s, %s', (file, title) => {
    expect(Object.keys(tests)).toContain(`/${file}`)
    // As a text of the code: whole, its apostrophes perhaps escaped.
    const texts = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`)
    const code = tests[`/${file}`]?.replaceAll("\\'", "'") ?? ''
    expect(texts.filter((text) => code.includes(text))).not.toEqual([])
  })

  it('names a test for every threat, or states why there is none', () => {
    expect(rows.length).toBeGreaterThan(60)
    for (const row of rows) expect(row).toMatch(/`test\/[^`]+` "|Does not apply: |Not stopped: /)
  })
})
