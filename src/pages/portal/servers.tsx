import { Frame } from '../frame'

/** A server on the page, and what the person can do with it. */
export type ShownServer = {
  id: string
  name: string
  /** Whether the person has to sign in to it, and has. */
  connection: 'none-needed' | 'needed' | 'connected'
  /** Whether the client has it switched on; undefined where it cannot be switched. */
  isOn?: boolean | undefined
}

type Servers = {
  nonce: string
  portal: string
  email: string
  servers: ShownServer[]
  /** The text of the button that ends the page. */
  done: string
}

/** Renders the servers of a portal that a person may use, with the buttons to connect and switch them. */
export function PortalServersPage({ nonce, done, email, portal, servers }: Servers) {
  return (
    <Frame title={`Servers of ${portal}`} nonce={nonce}>
      <h1>Servers of {portal}</h1>
      <p class="lead">{email} can use these servers through the portal.</p>
      <form method="post" class="stack">
        {servers.map((server) => (
          <Server server={server} />
        ))}
        <button class="main" type="submit" name="action" value="done">
          {done}
        </button>
      </form>
    </Frame>
  )
}

const STATE = { 'none-needed': 'ready', needed: 'not connected', connected: 'connected' } as const

function Server({ server: { connection, id, isOn, name } }: { server: ShownServer }) {
  return (
    <div class="server">
      <p>
        <strong>{name}</strong> <small>{isOn === false ? 'disabled' : STATE[connection]}</small>
      </p>
      {connection !== 'none-needed' && (
        <button type="submit" name="action" value={`connect ${id}`}>
          {connection === 'needed' ? `Connect ${name}` : `Connect ${name} again`}
        </button>
      )}
      {isOn !== undefined && connection !== 'needed' && (
        <button type="submit" name="action" value={`${isOn ? 'disable' : 'enable'} ${id}`}>
          {isOn ? `Disable ${name}` : `Enable ${name}`}
        </button>
      )}
    </div>
  )
}
