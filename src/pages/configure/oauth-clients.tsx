import { AdministratorFrame, type AdministratorPage, OAUTH_CLIENTS } from './frame'
import { ClientActions } from './oauth-client-actions'
import { ClientMarks, type OAuthClientView } from './oauth-client-marks'

type Accounts = AdministratorPage & {
  accounts: { id: string; name: string; clients: OAuthClientView[] }[]
}

/** Renders the list of an account's OAuth clients. Dashboard: documented [S1]. */
export function OAuthClientsPage({ accounts, ...page }: Accounts) {
  return (
    <AdministratorFrame title="OAuth clients" {...page}>
      {accounts.map(({ id, name, clients }) => (
        <section class="card" aria-label={name}>
          <div class="card-head">
            <h2>{name}</h2>
            <a class="button main" href={`${OAUTH_CLIENTS}/${id}/new`}>
              Create client
            </a>
          </div>
          {clients.length === 0 ? (
            <Empty />
          ) : (
            <ul class="records">
              {clients.map((client) => (
                <li>
                  <Client client={client} account={id} />
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </AdministratorFrame>
  )
}

function Empty() {
  return (
    <p class="empty">
      No OAuth client yet. An OAuth client lets your application call Cloudflare's API on behalf of
      a person: the person logs in to Cloudflare, sees the scopes, and allows the application.
      Create a client for a web service (with a secret) or for a browser, mobile, desktop or CLI
      application (with PKCE).
    </p>
  )
}

function Client({ client, account }: { client: OAuthClientView; account: string }) {
  return (
    <div class="record">
      <p>
        <a href={`${OAUTH_CLIENTS}/${account}/${client.client_id}`}>
          <strong>{client.client_name || client.client_id}</strong>
        </a>{' '}
        <ClientMarks client={client} />
        <br />
        <code class="id">{client.client_id}</code>
      </p>
      <ClientActions client={client} account={account} />
    </div>
  )
}
