/**
 * An application's domain as Access writes it: `host[:port][/path]`, where a label of the host and
 * a segment of the path may have one `*` each (`*.example.com`, `test*.example.com`, `/foo*\/bar`,
 * `/alpha/*`). A `*` alone, the emulator's own, is every host.
 */
export type Domain = string

/**
 * What is wrong with a domain, or undefined where it is one.
 *
 * It has to be written as a URL has it, because it is compared with URLs: what no URL can be would
 * leave an application unprotected without a word.
 */
export function domainFault(text: string): string | undefined {
  if (/[^/.:]*\*[^/.]*\*/.test(text)) return 'has two stars in one label or segment'
  const [host = ''] = text.split(/[:/]/)
  const labels = host.split('.')
  if (
    host !== '*' &&
    !text.startsWith('[') &&
    (labels.includes('') || labels.at(-1)?.includes('*'))
  ) {
    return 'has an empty label, or a star in the last one'
  }
  const withoutStars = text.replaceAll('*', 'x')
  return isWrittenAsUrl(withoutStars) ? undefined : 'is not host[:port][/path] as a URL has it'
}

/** What is wrong with a host that stands alone, or undefined where it is `host[:port]`. */
export function hostFault(text: string): string | undefined {
  return /[/*]/.test(text) || !isWrittenAsUrl(text)
    ? 'is not host[:port] as a URL has it'
    : undefined
}

/** The path of a domain: `/mcp`, or empty for a whole host. */
export function pathOf(domain: Domain): string {
  const slash = domain.indexOf('/')
  return slash < 0 ? '' : domain.slice(slash).replace(/\/+$/, '')
}

/**
 * How closely a domain covers a URL; 0 is not at all. An exact host comes before a wildcard, that
 * before every host, then the longest path.
 *
 * Access: documented (application paths). A star is within one label or segment; a path covers
 * what is below it; a final slash and star covers only what is below.
 */
export function coverage(domain: Domain, url: URL): number {
  const path = pathOf(domain)
  const [, host = '', port] =
    domain.slice(0, domain.length - rawPath(domain).length).match(/^(.*?)(?::(\d+))?$/) ?? []
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) {
    return 0
  }
  const rank = hostRank(host, url.hostname)
  return rank && pathCovers(path, url.pathname) ? rank * 10_000 + path.length : 0
}

function hostRank(pattern: string, hostname: string): number {
  if (pattern === hostname) return 1000
  if (pattern === '*') return 1
  return pattern.includes('*') && starMatches(pattern, hostname, '.') ? 1 + pattern.length : 0
}

function pathCovers(pattern: string, pathname: string): boolean {
  if (!pattern.includes('*')) return pathname === pattern || pathname.startsWith(`${pattern}/`)
  if (pattern === '/*') return true
  const depth = pattern.split('/').length
  const segments = pathname.split('/')
  const start = segments.slice(0, depth).join('/')
  // The last segment of `/alpha/` is empty, and nothing below `/alpha`.
  return segments[depth - 1] !== '' && starMatches(pattern, start, '/')
}

function starMatches(pattern: string, text: string, separator: '.' | '/'): boolean {
  const parts = text.split(separator)
  const patterns = pattern.split(separator)
  return (
    parts.length === patterns.length &&
    patterns.every((each, index) => {
      const part = parts[index] ?? ''
      const [before = '', after] = each.split('*')
      return after === undefined
        ? part === each
        : part.length >= each.length && part.startsWith(before) && part.endsWith(after)
    })
  )
}

function rawPath(domain: Domain): string {
  const slash = domain.indexOf('/')
  return slash < 0 ? '' : domain.slice(slash)
}

// Under http or https, because a URL leaves out the port that its scheme has anyway.
function isWrittenAsUrl(text: string): boolean {
  return ['http', 'https'].some((scheme) => {
    const written = `${scheme}://${text}`
    const url = URL.parse(written)
    return (
      url !== null &&
      !url.username &&
      !url.password &&
      !/[?#]/.test(text) &&
      (url.href === written || url.href === `${written}/`)
    )
  })
}
