import { AutoSignIn, type AutoSignInView } from './auto-sign-in'
import { Clock, type ClockView } from './clock'
import { ConsoleFrame, type ConsolePage } from './frame'
import { Application, type ApplicationView } from './state-application'
import { Client, type ClientView } from './state-client'
import { Grant, type GrantView } from './state-grant'
import { type Paged, StateList } from './state-list'
import { Session, type SessionView } from './state-session'
import { StoredState } from './stored-state'
import { Warnings } from './warnings'

type State = ConsolePage & {
  applications: ApplicationView[]
  clients: Paged<ClientView>
  grants: Paged<GrantView>
  /** The text that everything listed contains. */
  text: string
  /** Whether no grant or client is left out. */
  isWhole: boolean
  sessions: SessionView[]
  clock: ClockView
  autoSignIn: AutoSignInView
}

/** Renders the stored state, with the buttons that revoke or delete it. */
export function StatePage(props: State) {
  const { clock, autoSignIn, text, isWhole, here } = props
  return (
    <ConsoleFrame title="State" {...props}>
      <h1>State</h1>
      <search>
        <form class="filter" method="get">
          <div>
            <label for="text">Search grants, clients and sessions</label>
            <input id="text" name="text" type="search" value={text} />
          </div>
          <button type="submit">Search</button>
          {text && <a href="/_emulator/console/state">Show all</a>}
        </form>
      </search>
      {!isWhole && (
        <p class="soft small">This emulator has more grants or clients than the console reads.</p>
      )}
      <Warnings warnings={props.inEffect.warnings} />
      <div class="columns">
        <div>
          <Lists {...props} />
        </div>
        <aside aria-label="Controls">
          <AutoSignIn {...autoSignIn} here={here} />
          <Clock clock={clock} here={here} />
          <StoredState here={here} />
        </aside>
      </div>
    </ConsoleFrame>
  )
}

const HIDDEN_TOO = 'also those that this page does not show'
const REVOKE_GRANTS = {
  path: 'grants',
  name: 'Revoke all grants',
  what: `This ends every active grant with its tokens, ${HIDDEN_TOO}.`,
}
const DELETE_CLIENTS = {
  path: 'clients',
  name: 'Delete all clients',
  what: `This deletes every client, ${HIDDEN_TOO}, and ends every grant. A client that has saved its registration has to register again.`,
}
const END_SESSIONS = {
  path: 'sessions',
  name: 'End all sessions',
  what: `This signs every browser out at every application, ${HIDDEN_TOO}.`,
}

function Lists({ applications, clients, grants, sessions, here }: State) {
  const isAnyActive = grants.items.some(({ state }) => state === 'active')
  return (
    <>
      <StateList
        {...grants}
        title="Grants and tokens"
        id="grants"
        nothing="No grant is stored. A grant appears here when a person allows a client."
        endAll={isAnyActive ? REVOKE_GRANTS : undefined}
        here={here}
      >
        {(grant) => <Grant grant={grant} here={here} />}
      </StateList>
      <StateList
        {...clients}
        title="Clients"
        id="clients"
        nothing="No client is registered."
        endAll={clients.items.length > 0 ? DELETE_CLIENTS : undefined}
        here={here}
      >
        {(client) => <Client client={client} here={here} />}
      </StateList>
      <StateList
        items={sessions}
        title="Browser sessions"
        id="sessions"
        nothing="No browser is signed in."
        endAll={sessions.length > 0 ? END_SESSIONS : undefined}
        here={here}
      >
        {(session) => <Session session={session} here={here} />}
      </StateList>
      <StateList
        items={applications}
        title="Applications"
        id="applications"
        nothing="No application is configured."
        here={here}
      >
        {(application) => <Application application={application} here={here} />}
      </StateList>
    </>
  )
}
