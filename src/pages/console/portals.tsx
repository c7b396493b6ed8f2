import { CopyBlock } from './action'
import { Comparison, type ComparisonView } from './comparison'
import { eventAddress, TimeOfDay } from './event'
import { Card, ConsoleFrame, type ConsolePage } from './frame'
import { Callers, type CallerView, Sight, type SightView } from './portal-sight'
import { Upstreams, type UpstreamView } from './upstreams'

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
