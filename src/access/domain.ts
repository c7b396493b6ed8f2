/**
 * Domains of applications, as Access writes them: `host[:port][/path]`. Each label of the host and each
 * segment of the path may have one star: `*.example.com`, `test*.example.com`, `/alpha/*`. The host `*`,
 * an extension of the emulator, is every host.
 */

/**
 * Returns what is wrong with a domain, or undefined if it is valid.
 *
 * A domain is compared with URLs, so it has to be in the normal form of a URL. One that no URL matches
 * would silently leave the application unprotected.
 */
export function domainProblem(text: string): string | undefined {
  const scheme = text.match(/^[a-z]+:\/\//i)?.[0]
  if (scheme !== undefined) return `has a scheme: drop ${scheme}`
  if (/\*[^/.]*\*/.test(text)) return 'has two stars in one label or segment'
  const [host = ''] = text.split(/[:/]/)
  const labels = host.split('.')
  if (
    host !== '*' &&
    !text.startsWith('[') &&
    (labels.includes('') || labels.at(-1)?.includes('*'))
  ) {
    return 'has an empty label, or a star in the last label'
  }
  const withoutStars = text.replaceAll('*', 'x')
  return isWrittenAsUrl(withoutStars) && normalized(rawPath(text)) === rawPath(text)
    ? undefined
    : 'is not in the normal form of a URL'
}

/** Returns what is wrong with a host without a path, or undefined if it is `host[:port]`. */
export function hostProblem(text: string): string | undefined {
  return /[/*]/.test(text) || !isWrittenAsUrl(text)
    ? 'is not host[:port] in the normal form of a URL'
    : undefined
}

/** Returns what is wrong with a pattern of a path, or undefined if it is valid: one star for each segment. */
export function pathPatternProblem(pattern: string): string | undefined {
  if (!pattern.startsWith('/')) return 'does not begin with a slash'
  return /\*[^/]*\*/.test(pattern) ? 'has two stars in one segment' : undefined
}

/** Returns whether a pattern matches a path. A star is any text; paths below it do not match by themselves. */
export function pathMatches(pattern: string, pathname: string): boolean {
  const parts = normalized(pattern).split('*')
  const path = normalized(pathname)
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return last === path
  const end = endOfParts(parts.slice(0, -1), path)
  return end !== undefined && end + last.length <= path.length && path.endsWith(last)
}

/** Returns the path of a domain up to its first star: `/mcp`, or an empty text for a whole host. */
export function pathOf(domain: string): string {
  return rawPath(domain)
    .replace(/\/[^/]*\*.*$/, '')
    .replace(/\/+$/, '')
}

/**
 * Returns how closely a domain covers a URL; 0 is not at all. An exact host comes before a wildcard, and
 * a wildcard before `*` alone; then the longest path wins. Stars do not count.
 *
 * Access: documented [K31]. A star in the host matches within one label, a star in the path any text. A
 * path also covers the paths below it; a path that ends in a slash and a star covers those only.
 * RFC 1034 3.1: `example.com.` is the name `example.com`.
 */
export function coverage(domain: string, url: URL): number {
  const path = rawPath(domain)
  const authority = domain.slice(0, domain.length - path.length)
  const [, host = '', port] = authority.match(/^(.*?)(?::(\d+))?$/) ?? []
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) {
    return 0
  }
  const rank = hostRank(host, url.hostname.replace(/\.$/, ''))
  return rank && pathCovers(path, normalized(url.pathname)) ? rank * 10_000 + weight(path) : 0
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
  if (path === '/*') return true
  if (path.endsWith('/*')) {
    const end = endOfParts(path.slice(0, -1).split('*'), pathname)
    return end !== undefined && end < pathname.length
  }
  // With a slash after both, an equal path and a path below it are one case.
  return endOfParts(`${path}/`.split('*'), `${pathname}/`) !== undefined
}

// Returns where the last part ends if the text contains the parts in order, the first at the beginning.
// The first match of each part is enough. A regular expression would backtrack for seconds.
function endOfParts(parts: string[], text: string): number | undefined {
  let end = 0
  for (const [index, part] of parts.entries()) {
    const at = index === 0 ? (text.startsWith(part) ? 0 : -1) : text.indexOf(part, end)
    if (at < 0) return undefined
    end = at + part.length
  }
  return end
}

// RFC 3986 6.2.2: origins may read `/%61dmin` and `//admin` as `/admin`, so all three compare equal.
function normalized(pathname: string): string {
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

function rawPath(domain: string): string {
  const slash = domain.indexOf('/')
  return slash < 0 ? '' : domain.slice(slash)
}

// Tries both schemes, because a URL omits the default port of its scheme.
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
