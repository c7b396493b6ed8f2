import { describe, expect, it } from 'vitest'

const FILES = import.meta.glob(['/docs/*', '/test/examples/*', '/*.md', '/LICENSE'])
const pages = import.meta.glob<string>(['/*.md', '/docs/*.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
const LINK = /\]\((?!\w+:)([^)]*)\)/g

// GitHub's anchors: lower case, without punctuation, spaces as hyphens.
function anchorsOf(page: string): string[] {
  const headings = (pages[page] ?? '').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

function linksOf(page: string): { path: string; anchor: string }[] {
  return [...(pages[page] ?? '').matchAll(LINK)].map(([, target = '']) => {
    const { pathname, hash } = new URL(target, `file://${page}`)
    return { path: pathname, anchor: hash.slice(1) }
  })
}

function reachableFrom(first: string): Set<string> {
  const reached = new Set([first])
  for (const page of reached) {
    for (const { path } of linksOf(page)) if (path in pages) reached.add(path)
  }
  return reached
}

describe.each(Object.keys(pages))('%s', (page) => {
  it('links to files and headings that exist', () => {
    const broken = linksOf(page).filter(
      ({ path, anchor }) => !(path in FILES) || (anchor && !anchorsOf(path).includes(anchor)),
    )
    expect(broken).toEqual([])
  })

  it('can be reached from the README', () => {
    expect([...reachableFrom('/README.md')]).toContain(page)
  })

  // Its name is not taken on npm, so a stranger could publish under it.
  it('never tells readers to run a package of that name from the registry', () => {
    const text = pages[page]?.replaceAll('run `npx access-oauth-emulator`, which', '')
    expect(text).not.toMatch(/npx (--yes |-y )?access-oauth-emulator/)
    expect(text).not.toMatch(/npm (i|install|add|exec)( -\S+)* access-oauth-emulator/)
  })
})
