import { type Act, ActButton } from './action'

/** A server behind portals. */
export type UpstreamView = {
  id: string
  name: string
  url: string
  auth: string
  status: 'waiting' | 'ready' | 'stale' | 'error'
  authentication: string
  error?: string | undefined
  /** The size of the stored catalogue and the time of its sync, in words. */
  stored: string
  usesOAuth: boolean
  hasAdminGrant: boolean
  hasClient: boolean
}

const STATUS = { ready: 'allowed', waiting: 'asked', stale: 'refused', error: 'refused' } as const

/** Renders the servers of a portal, with the buttons that act on each. */
export function Upstreams({ upstreams, here }: { upstreams: UpstreamView[]; here: string }) {
  if (upstreams.length === 0) return <p class="empty">The portal has no servers.</p>
  return (
    <ul class="records">
      {upstreams.map((upstream) => (
        <li id={`server-${upstream.id}`}>
          <Upstream upstream={upstream} here={here} />
        </li>
      ))}
    </ul>
  )
}

function Upstream({ upstream, here }: { upstream: UpstreamView; here: string }) {
  const { auth, authentication, error, id, name, status, stored, url, usesOAuth } = upstream
  return (
    <>
      <p>
        <strong>{name}</strong> <code class="id">{id}</code>{' '}
        <span class={`tag ${STATUS[status]}`}>{status}</span>{' '}
        <span class="tag noted">{authentication}</span>
      </p>
      <ul class="inline">
        <li>
          <code>{url}</code>
        </li>
        <li>{auth}</li>
        <li>{stored}</li>
      </ul>
      {error && <p class="small wrong">{error}</p>}
      <div class="buttons">
        <Button act={{ method: 'POST', path: `upstreams/${id}/sync` }} of={name} here={here}>
          Sync
        </Button>
        <form method="post" action={here}>
          <input type="hidden" name="compare" value={id} />
          <button type="submit" aria-label={`Compare ${name} with its stored catalogue`}>
            Compare
          </button>
        </form>
        {usesOAuth && <OAuthButtons upstream={upstream} here={here} />}
      </div>
    </>
  )
}

function OAuthButtons({ upstream, here }: { upstream: UpstreamView; here: string }) {
  const { hasAdminGrant, hasClient, id, name } = upstream
  const client = `upstreams/${id}/client`
  return (
    <>
      <form method="post" action="/_emulator/console/authenticate">
        <input type="hidden" name="server" value={id} />
        <input type="hidden" name="back" value={here} />
        <button type="submit" aria-label={`Authenticate server ${name}`}>
          Authenticate server
        </button>
      </form>
      {hasAdminGrant && (
        <Button
          act={{ method: 'DELETE', path: `upstreams/${id}/admin-grant` }}
          of={name}
          here={here}
        >
          Expire the admin grant
        </Button>
      )}
      {hasClient && (
        <Button act={{ method: 'DELETE', path: client }} of={name} here={here}>
          Forget the portal's client
        </Button>
      )}
      {hasClient && (
        <Button act={{ method: 'POST', path: client }} of={name} here={here}>
          Register again
        </Button>
      )}
    </>
  )
}

type ButtonOf = { act: Act; of: string; here: string; children: string }

function Button({ act, children, here, of }: ButtonOf) {
  return (
    <ActButton act={act} back={here} label={`${children}: ${of}`}>
      {children}
    </ActButton>
  )
}
