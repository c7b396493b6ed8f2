import { expect, it } from 'vitest'
import { codeName } from '../../src/mcp/presentation'

it.each([
  ['cloudflare-blog_search.posts', 'cloudflare_blog_search_posts'],
  ['2fa_check', '_2fa_check'],
  ['delete', 'delete_'],
  ['docs_read', 'docs_read'],
])('the name %s is %s in Code Mode [MP53]', (name, expected) => {
  expect(codeName(name)).toBe(expected)
})
