import type { Child } from 'hono/jsx'
import { UNNAMED } from '../unnamed'
import { type Act, ActButton, CopyBlock } from './action'
import { AutoSignIn, type AutoSignInView } from './auto-sign-in'
import { Clock, type ClockView } from './clock'
import { Card, ConsoleFrame, type ConsolePage } from './frame'
import { StoredState } from './stored-state'
import { Warnings } from './warnings'

type ApplicationView = {
  name: string
  id: string
  domain: string
  aud: string
  isOAuthOn: boolean
  /** The settings of Managed OAuth, such as `access_token_lifetime`. */
  options: { name: string; value: string }[]
  policies: string[]
}
export type ClientView = {
  id: string
  name?: string | undefined
  redirectUris: string[]
  registeredAt: string
}
export type TokenView = { id: string; issuedAt: string; expiresAt: string; isExpired: boolean }
export type GrantView = {
  id: string
  client: { id: string; name?: string | undefined }
  application: string
  email: string
  createdAt: string
  sessionEndsAt: string
  state: 'active' | 'expired' | 'revoked'
  tokens: TokenView[]
}
type SessionView = {
  id: string
  email: string
  provider: string
  expiresAt: string
  applications: string[]
}

/** A page of a list, and the address of the next one. */
type Paged<T> = { items: T[]; total?: number; next?: string | undefined }

type State = ConsolePage & {
  applications: ApplicationView[]
  clients: Paged<ClientView>
  grants: Paged<GrantView>
  /** The text that everything listed contains. */
  text: string
  /** If no grant or client is left out. */
  isWhole: boolean
  sessions: SessionView[]
  clock: ClockView
  autoSignIn: AutoSignInView
}

/** Renders the stored state, with the buttons that revoke or delete it. */
export function StatePage(props: State) {
  const { applications, clients, grants, sessions, clock, autoSignIn, text, isWhole, ...page } =
    props
  return (
    <ConsoleFrame title="State" {...page}>
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
      <Warnings warnings={page.inEffect.warnings} />
      <div class="columns">
        <div>
          <Card title="Grants and tokens" id="grants">
            <Shown {...grants} />
            <List
              items={grants.items}
              next={grants.next}
              nothing="No grant is stored. A grant appears here when a person allows a client."
            >
              {(grant) => <Grant grant={grant} here={page.here} />}
            </List>
          </Card>
          <Card title="Clients" id="clients">
            <Shown {...clients} />
            <List items={clients.items} next={clients.next} nothing="No client is registered.">
              {(client) => <Client client={client} here={page.here} />}
            </List>
          </Card>
          <Card title="Browser sessions" id="sessions">
            <List items={sessions} nothing="No browser is signed in.">
              {(session) => <Session session={session} here={page.here} />}
            </List>
          </Card>
          <Card title="Applications" id="applications">
            <List items={applications} nothing="No application is configured.">
              {(application) => <Application application={application} here={page.here} />}
            </List>
          </Card>
        </div>
        <aside aria-label="Controls">
          <AutoSignIn {...autoSignIn} here={page.here} />
          <Clock clock={clock} here={page.here} />
          <StoredState here={page.here} />
        </aside>
      </div>
    </ConsoleFrame>
  )
}

function Shown({ items, total = 0 }: Paged<unknown>) {
  if (total <= items.length) return null
  return (
    <p class="soft small">
      Showing {items.length} of {total}, the newest first.
    </p>
  )
}

type ListOf<T> = Paged<T> & { nothing: string; children: (item: T) => Child }

function List<T>({ items, next, nothing, children }: ListOf<T>) {
  if (items.length === 0) return <p class="empty">{nothing}</p>
  return (
    <>
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
    </>
  )
}

type Ending = { act: Act; here: string; label: string; children: Child }

function End({ act, here, label, children }: Ending) {
  return (
    <ActButton act={act} back={here} label={label} class="end">
      {children}
    </ActButton>
  )
}

function Application({ application, here }: { application: ApplicationView; here: string }) {
  const { name, id, aud, domain, isOAuthOn, options, policies } = application
  return (
    <>
      <div class="record">
        <p>
          <strong>{name}</strong> <code>{domain}</code>{' '}
          <span class={`tag ${isOAuthOn ? 'allowed' : 'noted'}`}>
            Managed OAuth {isOAuthOn ? 'on' : 'off'}
          </span>
        </p>
        <End
          act={{ method: 'POST', path: 'revoke', body: { application: id } }}
          here={here}
          label={`Revoke tokens of ${name}`}
        >
          Revoke tokens
        </End>
      </div>
      <p class="copy-name">Audience (aud)</p>
      <CopyBlock name={`aud of ${name}`} text={aud} isShort />
      <ul class="inline">
        {options.map((option) => (
          <li>
            {option.name} <code>{option.value}</code>
          </li>
        ))}
      </ul>
      <ul class="plain">
        {policies.map((policy) => (
          <li>{policy}</li>
        ))}
      </ul>
    </>
  )
}

function Client({ client, here }: { client: ClientView; here: string }) {
  const { id, name, redirectUris, registeredAt } = client
  const path = encodeURIComponent(id)
  return (
    <>
      <div class="record">
        <p>
          <strong>
            <bdi>{name || UNNAMED}</bdi>
          </strong>{' '}
          <code class="id">{id}</code>
        </p>
        <a href={`/_emulator/clients/${path}/report`}>Report</a>
        <End
          act={{ method: 'DELETE', path: `clients/${path}` }}
          here={here}
          label={`Delete client ${name || id}`}
        >
          Delete
        </End>
      </div>
      <ul class="inline">
        <li>
          registered <When at={registeredAt} />
        </li>
        {redirectUris.map((uri) => (
          <li>
            <code>{uri}</code>
          </li>
        ))}
      </ul>
    </>
  )
}

const TAGS = { active: 'allowed', expired: 'noted', revoked: 'refused' }

function Grant({ grant, here }: { grant: GrantView; here: string }) {
  const { id, client, application, email, sessionEndsAt, state, tokens } = grant
  const path = `grants/${encodeURIComponent(id)}`
  const name = client.name || client.id
  return (
    <>
      <div class="record">
        <p>
          <strong>{email}</strong> lets{' '}
          <strong>
            <bdi>{name}</bdi>
          </strong>{' '}
          use <strong>{application}</strong> <span class={`tag ${TAGS[state]}`}>{state}</span>
        </p>
        {state === 'active' && (
          <End
            act={{ method: 'DELETE', path }}
            here={here}
            label={`Revoke grant of ${email} to ${name}`}
          >
            Revoke grant
          </End>
        )}
      </div>
      <ul class="inline">
        <li>
          <code class="id">{id}</code>
        </li>
        <li>
          granted <When at={grant.createdAt} />
        </li>
        <li>
          session ends <When at={sessionEndsAt} />
        </li>
      </ul>
      {tokens.length > 0 && (
        <ul class="tokens">
          {tokens.map((token) => (
            <li>
              <span>
                access token <code class="id">{token.id}</code>
              </span>
              <span class="soft">
                {token.isExpired ? 'expired' : 'expires'} <When at={token.expiresAt} />
              </span>
              {!token.isExpired && state === 'active' && (
                <End
                  act={{ method: 'DELETE', path: `${path}/tokens/${encodeURIComponent(token.id)}` }}
                  here={here}
                  label={`Revoke access token ${token.id}`}
                >
                  Revoke
                </End>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Session({ session, here }: { session: SessionView; here: string }) {
  const { id, email, provider, expiresAt, applications } = session
  return (
    <div class="record">
      <p>
        <strong>{email}</strong> <span class="soft">through {provider}, until</span>{' '}
        <When at={expiresAt} />
        {applications.length > 0 && <span class="soft"> at {applications.join(', ')}</span>}
      </p>
      <End
        act={{ method: 'DELETE', path: `sessions/${encodeURIComponent(id)}` }}
        here={here}
        label={`End the session of ${email}`}
      >
        End session
      </End>
    </div>
  )
}

function When({ at }: { at: string }) {
  return (
    <time datetime={at} title={at}>
      {at.slice(0, 10)} {at.slice(11, 19)}
    </time>
  )
}
