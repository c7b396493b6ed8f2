import { describe, expect, it } from 'vitest'
import { parseToolPattern } from '../../src/mcp/tool-pattern'

describe('The pattern of portal_query_tools [MP51]', () => {
  it.each([
    ['^docs_', 'docs_search', true],
    ['ISSUE|pull', 'github_list_issues', true],
    ['docs_(read|search)$', 'docs_search', true],
    ['get.*issue.*', 'Gets an issue', true],
    ['[(+*)]+', 'a+b', true],
    ['\\(beta\\)+', 'search (beta)', true],
    ['(?:docs|mail)_(?=search)', 'mail_search', true],
    ['.*?_search', 'docs_search', true],
    ['mail', 'docs_search', false],
  ])('%s in %s: %s', (pattern, text, expected) => {
    const parsed = parseToolPattern(pattern)
    if (parsed.problem !== undefined) throw new Error(parsed.problem)
    expect(parsed.matches(text)).toBe(expected)
  })

  it.each([
    ['(a+)+$', 'repeat a group'],
    ['(a|a)*$', 'repeat a group'],
    ['([)]a){2,}', 'repeat a group'],
    ['(a)\\1', 'backreferences'],
    ['(?<x>a)\\k<x>', 'backreferences'],
    ['.*.*.*x', 'at most 2'],
    ['a{1,9}b{1,9}c+', 'at most 2'],
    ['a?a?a?aaa', 'at most 2'],
    ['(a|a)(a|a)(a|a)', 'at most 2 groups'],
    ['(', 'not a regular expression'],
    ['a'.repeat(201), 'at most 200 characters'],
    [undefined, 'must be a text'],
  ])('is refused if it could take long or is not a pattern: %s', (pattern, problem) => {
    expect(parseToolPattern(pattern).problem).toContain(problem)
  })
})
