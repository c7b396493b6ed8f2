import { Card } from './frame'

/** A server for one caller, with the reason if it is hidden. */
type SeenView = { id: string; name: string; isSeen: boolean; why: string }

export type CallerView = {
  /** The person or service token, and its client. */
  name: string
  client?: string | undefined
  /** The revision of its session, or that it has none. */
  session: string
  servers: SeenView[]
}

/** The servers and names that a person or service token would see after connecting now. */
export type SightView = {
  who: string
  isAdmitted: boolean
  why: string
  servers: SeenView[]
  tools: string[]
  prompts: string[]
}

type SightOf = {
  portal: string
  people: { value: string; name: string }[]
  sight?: SightView | undefined
}

/** Renders the form that asks for a person or service token, and what it would see. */
export function Sight({ portal, people, sight }: SightOf) {
  return (
    <Card title="Who would see what?">
      <search>
        <form class="filter" method="get">
          <input type="hidden" name="portal" value={portal} />
          <div>
            <label for="who">A person or service token that connects now</label>
            <select id="who" name="who">
              {people.map(({ name, value }) => (
                <option value={value} selected={value === sight?.who}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="main">
            Show
          </button>
        </form>
      </search>
      {sight && (
        <div id="sight" data-live>
          <p class="small">
            <span class={`tag ${sight.isAdmitted ? 'allowed' : 'refused'}`}>
              {sight.isAdmitted ? 'admitted' : 'not admitted'}
            </span>{' '}
            {sight.why}
          </p>
          <SeenServers servers={sight.servers} />
          <Names title="Tools" names={sight.tools} />
          <Names title="Prompts" names={sight.prompts} />
        </div>
      )}
    </Card>
  )
}

function Names({ title, names }: { title: string; names: string[] }) {
  if (names.length === 0) return null
  return (
    <p class="small names">
      {title}:{' '}
      {names.map((name) => (
        <>
          <code>{name}</code>{' '}
        </>
      ))}
    </p>
  )
}

/** Renders the clients of a portal, each with the servers that it sees. */
export function Callers({ callers }: { callers: CallerView[] }) {
  if (callers.length === 0) {
    return <p class="empty">No client has connected. A client appears here at its first request.</p>
  }
  return (
    <ul class="records">
      {callers.map(({ name, client, servers, session }) => (
        <li>
          <p>
            <strong>{name}</strong>
            {client && (
              <>
                {' '}
                through <bdi>{client}</bdi>
              </>
            )}{' '}
            <span class="tag noted">{session}</span>
          </p>
          <SeenServers servers={servers} />
        </li>
      ))}
    </ul>
  )
}

function SeenServers({ servers }: { servers: SeenView[] }) {
  return (
    <ul class="seen">
      {servers.map(({ id, isSeen, name, why }) => (
        <li>
          <span class={`sign ${isSeen ? 'allowed' : 'refused'}`}>
            <span aria-hidden="true">{isSeen ? '✓' : '✕'}</span>
            <span class="unseen">{isSeen ? 'visible' : 'hidden'}</span>
          </span>
          <p>
            <strong>{name}</strong> <code class="id">{id}</code> <span class="soft">{why}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
