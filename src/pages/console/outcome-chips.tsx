/** The outcomes that can be chosen with one click; the first shows everything. */
const CHIPS = [
  { outcome: '', name: 'All' },
  { outcome: 'refused', name: 'Refused only' },
  { outcome: 'failed', name: 'Failed' },
  { outcome: 'asked', name: 'Asked' },
  { outcome: 'allowed', name: 'Allowed' },
]

/**
 * Renders links that show one outcome only.
 *
 * @param query the other parameters of the page, which the links keep
 */
export function OutcomeChips(chips: {
  path: string
  query: Record<string, string>
  chosen: string
}) {
  const { path, query, chosen } = chips
  return (
    <nav class="chips" aria-label="Outcome">
      <ul>
        {CHIPS.map(({ outcome, name }) => (
          <li>
            <a
              href={`${path}${searchOf({ ...query, outcome })}`}
              aria-current={outcome === chosen ? 'true' : undefined}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Returns the query of a link, without empty parameters. */
export function searchOf(query: Record<string, string>): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
