import { Fact, Facts } from './facts'
import { Frame } from './frame'

type Consent = {
  nonce: string
  client: { name: string; id: string }
  redirectHost: string
  application: string
  resource: string
  email: string
  /** The duration of the grant's session, and the lifetime of each access token. */
  lifetimes: { session: string; accessToken: string }
}

/** Renders "Authorize Client", which is shown on every authorization [A8]. */
export function ConsentPage(consent: Consent) {
  const { nonce, client, redirectHost, application, resource, email, lifetimes } = consent
  return (
    <Frame title="Authorize Client" nonce={nonce}>
      <h1>Authorize Client</h1>
      <p class="lead">
        <strong class="chosen">
          <bdi>{client.name}</bdi>
        </strong>{' '}
        wants to use <strong>{application}</strong> as you.
      </p>
      <Facts>
        <Fact name="You">{email}</Fact>
        <Fact name="Application">
          <code>{resource}</code>
        </Fact>
        <Fact name="Sends you back to">
          <code>{redirectHost}</code>
        </Fact>
        <Fact name="Stays connected">
          {lifetimes.session} <small>(each access token: {lifetimes.accessToken})</small>
        </Fact>
        <Fact name="Client ID">
          <code class="id">{client.id}</code>
        </Fact>
      </Facts>
      <p class="soft small">
        The client chose this name itself. Allow it only if you started the client and expect to be
        sent to {redirectHost}.
      </p>
      <form method="post" class="choices">
        <button type="submit" name="action" value="deny">
          Deny
        </button>
        <button class="main" type="submit" name="action" value="allow">
          Allow
        </button>
      </form>
    </Frame>
  )
}
