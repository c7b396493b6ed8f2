import { Frame } from './frame'

type Consent = {
  nonce: string
  client: { name: string; id: string }
  redirectHost: string
  application: string
  resource: string
  email: string
  /** How long the client may stay connected, and how long each access token lives. */
  lifetimes: { session: string; accessToken: string }
}

/** "Authorize Client": shown on every authorization [A8]. */
export function ConsentPage(consent: Consent) {
  const { nonce, client, redirectHost, application, resource, email, lifetimes } = consent
  return (
    <Frame title="Authorize Client" nonce={nonce}>
      <h1>Authorize Client</h1>
      <p>
        <strong>{client.name}</strong> wants to use <strong>{application}</strong> as you.
      </p>
      <dl>
        <div>
          <dt>You</dt>
          <dd>{email}</dd>
        </div>
        <div>
          <dt>Application</dt>
          <dd>
            <code>{resource}</code>
          </dd>
        </div>
        <div>
          <dt>You are sent back to</dt>
          <dd>
            <code>{redirectHost}</code>
          </dd>
        </div>
        <div>
          <dt>Stays connected for</dt>
          <dd>
            {lifetimes.session}, with access tokens of {lifetimes.accessToken}
          </dd>
        </div>
        <div>
          <dt>Client ID</dt>
          <dd>
            <code>{client.id}</code>
          </dd>
        </div>
      </dl>
      <form method="post">
        <div class="choices">
          <button type="submit" name="action" value="deny">
            Deny
          </button>
          <button class="main" type="submit" name="action" value="allow">
            Allow
          </button>
        </div>
      </form>
    </Frame>
  )
}
