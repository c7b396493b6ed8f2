/**
 * An application's domain as Access writes it: `host[:port][/path]`, where a label of the host and
 * a segment of the path may have one star each: `*.example.com`, `test*.example.com`, `/alpha/*`. A
 * star alone as the host, the emulator's own, is every host.
 */
type Domain = string

/**
 * What is wrong with a domain, or undefined where it is one.
 *
 * It has to be written as a URL has it, because it is compared with URLs: what no URL can be would
 * leave an application unprotected without a word.
 */
export function domainFault(text: string): string | undefined {
  if (/\*[^/.]*\*/.test(text)) return 'has two stars in one label or segment'
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
  return isWrittenAsUrl(withoutStars) && normalised(rawPath(text)) === rawPath(text)
    ? undefined
    : 'is not host[:port][/path] as a URL has it'
}

/** What is wrong with a host that stands alone, or undefined where it is `host[:port]`. */
export function hostFault(text: string): string | undefined {
  return /[/*]/.test(text) || !isWrittenAsUrl(text)
    ? 'is not host[:port] as a URL has it'
    : undefined
}

/** The path of a domain, up to its first star: `/mcp`, or empty for a whole host. */
export function pathOf(domain: Domain): string {
  return rawPath(domain)
    .replace(/\/[^/]*\*.*$/, '')
    .replace(/\/+$/, '')
}

/**
 * How closely a domain covers a URL; 0 is not at all. An exact host comes before a wildcard, that
 * before every host, then the longest path; stars do not count.
 *
 * Access: documented (application paths). A star of the host is within one label, a star of the path
 * goes over any; a path covers what is below it; a final slash and star only what is below. RFC 1034
 * 3.1: `example.com.` is the name `example.com`.
 */
export function coverage(domain: Domain, url: URL): number {
  const path = rawPath(domain)
  const authority = domain.slice(0, domain.length - path.length)
  const [, host = '', port] = authority.match(/^(.*?)(?::(\d+))?$/) ?? []
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) {
    return 0
  }
  const rank = hostRank(host, url.hostname.replace(/\.$/, ''))
  return rank && pathCovers(path, normalised(url.pathname)) ? rank * 10_000 + weight(path) : 0
}

function hostRank(pattern: string, hostname: string): number {
  if (pattern === hostname) return 1000
  if (pattern === '*') return 1
  return pattern.includes('*') && hostCovers(pattern, hostname) ? 1 + weight(pattern) : 0
}

function hostCovers(pattern: string, hostname: string): boolean {
  const labels = hostname.split('.')
  const patterns = pattern.split('.')
  return (
    patterns.length === labels.length &&
    patterns.every((each, index) => labelCovers(each, labels[index] ?? ''))
  )
}

function labelCovers(pattern: string, label: string): boolean {
  const parts = pattern.split('*')
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return pattern === label
  const end = endOfParts(parts.slice(0, -1), label)
  return end !== undefined && end + last.length <= label.length && label.endsWith(last)
}

function pathCovers(pattern: string, pathname: string): boolean {
  const path = pattern.replace(/\/+$/, '')
  if (!path.includes('*')) return pathname === path || pathname.startsWith(`${path}/`)
  if (path === '/*') return true
  if (path.endsWith('/*')) {
    const end = endOfParts(path.slice(0, -1).split('*'), pathname)
    return end !== undefined && end < pathname.length
  }
  // With a slash behind both, what ends there and what has something below it are one case.
  return endOfParts(`${path}/`.split('*'), `${pathname}/`) !== undefined
}

// Where the last of the parts ends that stars stand between, the first of them at the beginning. The
// first place for each is as good as any other. No regular expression: it would try them all, which
// takes seconds where a path has many.
function endOfParts(parts: string[], text: string): number | undefined {
  let end = 0
  for (const [index, part] of parts.entries()) {
    const at = index === 0 ? (text.startsWith(part) ? 0 : -1) : text.indexOf(part, end)
    if (at < 0) return undefined
    end = at + part.length
  }
  return end
}

// An origin may read `/%61dmin` and `//admin` as `/admin`, so they are the same here (RFC 3986 6.2.2).
function normalised(pathname: string): string {
  return pathname
    .replace(/%[0-9a-f]{2}/gi, (escaped) => {
      const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
      return /[\w.~-]/.test(character) ? character : escaped
    })
    .replace(/\/{2,}/g, '/')
}

function weight(pattern: string): number {
  return pattern.replaceAll('*', '').replace(/\/$/, '').length + (pattern.endsWith('/*') ? 1 : 0)
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
