import { CopyBlock } from './action'
import { eventAddress, TimeOfDay } from './event'
import { Card, ConsoleFrame, type ConsolePage } from './frame'
import { Comparison, type ComparisonView, Upstreams, type UpstreamView } from './upstreams'

/** A server for one caller, with the reason if it is hidden. */
export type SeenView = { id: string; name: string; isSeen: boolean; why: string }

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

/** A request of the portal to a server. */
export type SentView = {
  number: number
  at: string
  server: string
  call?: string | undefined
  request: string
  status?: number | undefined
  durationMs: number
  credential: string
  who?: string | undefined
}

export type PortalView = {
  id: string
  name: string
  url: string
  application: string | null
  callers: CallerView[]
}

type Portals = ConsolePage & {
  /** The chosen portal; undefined if no portal is configured. */
  portal?: PortalView | undefined
  all: { id: string; name: string }[]
  upstreams: UpstreamView[]
  people: { value: string; name: string }[]
  sight?: SightView | undefined
  comparison?: ComparisonView | undefined
  sent: SentView[]
}

/** Renders a portal: its servers, what each caller sees and why, and what was sent to the servers. */
export function PortalsPage(props: Portals) {
  const { portal, all, upstreams, people, sight, comparison, sent, ...page } = props
  return (
    <ConsoleFrame title="Portals" {...page}>
      <h1>Portals</h1>
      {all.length > 1 && <Choice all={all} chosen={portal?.id} />}
      {portal ? (
        <div class="portals">
          <div>
            <Endpoint portal={portal} />
            <Card title="Servers" id="servers">
              <Upstreams upstreams={upstreams} here={page.here} />
            </Card>
            {comparison && <Comparison comparison={comparison} />}
          </div>
          <div>
            <Sight portal={portal.id} people={people} sight={sight} />
            <Card title="Connected clients" id="callers">
              <Callers callers={portal.callers} />
            </Card>
          </div>
          <Card title="Requests to the servers" id="sent">
            <Sent sent={sent} />
          </Card>
        </div>
      ) : (
        <p class="card empty">
          No MCP server portal is configured. Create one through the API, or with the settings{' '}
          <code>MCP_SERVERS</code> and <code>MCP_PORTALS</code>.
        </p>
      )}
    </ConsoleFrame>
  )
}

function Choice({ all, chosen }: Pick<Portals, 'all'> & { chosen: string | undefined }) {
  return (
    <nav class="chips" aria-label="Portal">
      <ul>
        {all.map(({ id, name }) => (
          <li>
            <a
              href={`/_emulator/console/portals?portal=${encodeURIComponent(id)}`}
              aria-current={id === chosen ? 'true' : undefined}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Endpoint({ portal: { application, name, url } }: { portal: PortalView }) {
  return (
    <Card title={name}>
      <CopyBlock name="MCP endpoint" text={url} isShort />
      {application === null && (
        <p class="small wrong">
          No Access application of type mcp_portal has its hostname, so nobody reaches it.
        </p>
      )}
    </Card>
  )
}

function Sight({ portal, people, sight }: Pick<Portals, 'people' | 'sight'> & { portal: string }) {
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

function Callers({ callers }: { callers: CallerView[] }) {
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

function Sent({ sent }: { sent: SentView[] }) {
  if (sent.length === 0) return <p class="empty">The portal has sent no request to its servers.</p>
  return (
    <ol class="sent" reversed>
      {sent.map((each) => (
        <li>
          <TimeOfDay at={each.at} />
          <a href={eventAddress(each.number)} aria-label={`Event ${each.number}: ${each.server}`}>
            <strong>{each.server}</strong>
          </a>
          <span class={`status ${(each.status ?? 500) >= 400 ? 'refused' : 'noted'}`}>
            {each.status ?? 'no response'}
          </span>
          <span class="request">
            {each.call && <strong class="call">{each.call}</strong>} <code>{each.request}</code>
          </span>
          <span class="soft small">
            {each.durationMs} ms, {each.credential}
            {each.who && `, for ${each.who}`}
          </span>
        </li>
      ))}
    </ol>
  )
}
