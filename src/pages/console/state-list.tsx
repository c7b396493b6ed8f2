import type { Child } from 'hono/jsx'
import { type Act, ActButton } from './action'
import { Card } from './frame'

/** A page of a list, and the address of the next one. */
export type Paged<T> = { items: T[]; total?: number; next?: string | undefined }

/** The button that ends everything in a list. */
type EndAll = { path: string; name: string; what: string }

type StateList<T> = Paged<T> & {
  title: string
  id: string
  /** Shown instead of an empty list. */
  nothing: string
  endAll?: EndAll | undefined
  here: string
  children: (item: T) => Child
}

/** Renders a card with a list of what is stored. */
export function StateList<T>({
  title,
  id,
  nothing,
  endAll,
  here,
  children,
  ...list
}: StateList<T>) {
  const { items, total = 0, next } = list
  return (
    <Card title={title} id={id} aside={endAll && <Ending endAll={endAll} id={id} here={here} />}>
      {total > items.length && (
        <p class="soft small">
          Showing {items.length} of {total}, the newest first.
        </p>
      )}
      {items.length === 0 && <p class="empty">{nothing}</p>}
      <ul class="records">
        {items.map((item) => (
          <li>{children(item)}</li>
        ))}
      </ul>
      {next && (
        <p class="older">
          <a href={next}>More</a>
        </p>
      )}
    </Card>
  )
}

// A second button confirms, because the list may have more than the page shows.
function Ending({ endAll, id, here }: { endAll: EndAll; id: string; here: string }) {
  const { path, name, what } = endAll
  return (
    <details class="end-all" id={`end-all-${id}`}>
      <summary>{name}…</summary>
      <div class="confirm">
        <p>{what}</p>
        <ActButton act={{ method: 'DELETE', path }} back={here} class="danger">
          {name}
        </ActButton>
      </div>
    </details>
  )
}

/** Renders the button that ends one record. */
export function End({
  act,
  here,
  label,
  children,
}: {
  act: Act
  here: string
  label: string
  children: Child
}) {
  return (
    <ActButton act={act} back={here} label={label} class="end">
      {children}
    </ActButton>
  )
}

/** Renders an emulated time with its date. */
export function When({ at }: { at: string }) {
  return (
    <time datetime={at} title={at}>
      {at.slice(0, 10)} {at.slice(11, 19)}
    </time>
  )
}
