type Page = { path: string; name: string }

/** The pages of the console by purpose. A page of another surface that has this frame is one line here. */
const GROUPS: { name: string; pages: Page[] }[] = [
  {
    name: 'Watch',
    pages: [
      { path: '/_emulator/', name: 'Flows' },
      { path: '/_emulator/console/events', name: 'Events' },
      { path: '/_emulator/console/portals', name: 'Portals' },
    ],
  },
  { name: 'Break', pages: [{ path: '/_emulator/console/faults', name: 'Faults and quirks' }] },
  {
    name: 'Configure',
    pages: [
      { path: '/_emulator/configure/access', name: 'Access' },
      { path: '/_emulator/configure/oauth-clients', name: 'OAuth clients' },
      { path: '/_emulator/console/state', name: 'State' },
      { path: '/_emulator/console/connect', name: 'Connect' },
      { path: '/_emulator/console/check-origin', name: 'Check my server' },
    ],
  },
]

/**
 * Renders the navigation of the console.
 *
 * @param path the path of the current page, or a path below it
 * @param counts the number that is shown beside a page, by its path
 */
export function Navigation({ path, counts }: { path: string; counts: Record<string, number> }) {
  return (
    <nav id="navigation" data-live aria-label="Console">
      {GROUPS.map(({ name, pages }) => (
        <div>
          <span class="group-name" id={`navigation-${name}`}>
            {name}
          </span>
          <ul aria-labelledby={`navigation-${name}`}>
            {pages.map((page) => (
              <li>
                <PageLink page={page} isCurrent={isAt(page, path)} count={counts[page.path] ?? 0} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

function PageLink({ page, isCurrent, count }: { page: Page; isCurrent: boolean; count: number }) {
  return (
    <a href={page.path} aria-current={isCurrent ? 'page' : undefined}>
      {page.name}
      {count > 0 && (
        <span class="count">
          {count}
          <span class="unseen"> on</span>
        </span>
      )}
    </a>
  )
}

function isAt(page: Page, path: string): boolean {
  return page.path === path || (!page.path.endsWith('/') && path.startsWith(`${page.path}/`))
}
