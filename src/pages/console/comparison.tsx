import type { Child } from 'hono/jsx'
import { Card } from './frame'

type ListView = {
  name: string
  added: string[]
  removed: string[]
  changed: { name: string; members: string[] }[]
}

/** The stored catalogue of a server, compared with the current one. */
export type ComparisonView = {
  server: string
  storedAt: string | undefined
  failure: string | undefined
  lists: ListView[]
  resources: string[]
}

/** Renders the difference between the stored catalogue of a server and the current one. */
export function Comparison({ comparison }: { comparison: ComparisonView }) {
  const { failure, lists, resources, server, storedAt } = comparison
  const isEqual = lists.every(
    ({ added, changed, removed }) => added.length + changed.length + removed.length === 0,
  )
  return (
    <Card title={`Stored and live catalogue of ${server}`}>
      {failure !== undefined ? (
        <p class="wrong">{failure}</p>
      ) : (
        <>
          <p class="soft small">
            {storedAt ? `Stored at ${storedAt}.` : 'Nothing is stored.'}{' '}
            {isEqual
              ? 'The server lists the same now.'
              : 'Clients see the stored catalogue until the next sync.'}
          </p>
          {lists.map((list) => (
            <Difference list={list} />
          ))}
          {resources.length > 0 && (
            <p class="soft small">
              {resources.length === 1
                ? '1 resource, which is'
                : `${resources.length} resources, which are`}{' '}
              never stored: <code>{resources.join(' ')}</code>
            </p>
          )}
        </>
      )}
    </Card>
  )
}

function Difference({ list: { added, changed, name, removed } }: { list: ListView }) {
  if (added.length + changed.length + removed.length === 0) return null
  return (
    <>
      <h3>{name}</h3>
      <ul class="difference">
        {added.map((each) => (
          <Changed sign="+" word="added" class="allowed">
            <code>{each}</code>
          </Changed>
        ))}
        {removed.map((each) => (
          <Changed sign="−" word="removed" class="refused">
            <code>{each}</code>
          </Changed>
        ))}
        {changed.map((each) => (
          <Changed sign="~" word="changed" class="asked">
            <code>{each.name}</code> <span class="soft">{each.members.join(', ')}</span>
          </Changed>
        ))}
      </ul>
    </>
  )
}

type ChangedItem = { sign: string; word: string; class: string; children: Child }

function Changed({ children, class: outcome, sign, word }: ChangedItem) {
  return (
    <li>
      <span class={`sign ${outcome}`}>
        <span aria-hidden="true">{sign}</span>
        {word}
      </span>{' '}
      {children}
    </li>
  )
}
