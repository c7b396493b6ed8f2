import type { Child } from 'hono/jsx'
import { OAUTH_CLIENTS } from './frame'
import type { OAuthClientView } from './oauth-client-marks'

/** Renders the action menu of a client. Dashboard: documented [S11, S13, S15, S16]. */
export function ClientActions({ client, account }: { client: OAuthClientView; account: string }) {
  const page = `${OAUTH_CLIENTS}/${account}/${client.client_id}`
  const { visibility, client_uri_verification: verification } = client
  const hasSecret = client.token_endpoint_auth_method !== 'none'
  const name = client.client_name || client.client_id
  return (
    <details class="menu">
      <summary aria-label={`Actions for ${name}`}>Actions</summary>
      <ul>
        <li>
          <a href={page}>Edit</a>
        </li>
        {visibility === 'private' && (
          <Action page={page} intent="publish" updatedAt={client.updated_at}>
            Change visibility to public
          </Action>
        )}
        {verification && verification.status !== 'verified' && (
          <Action page={page} intent="verify" updatedAt={client.updated_at}>
            Restart verification
          </Action>
        )}
        {hasSecret && !client.has_rotated_secret && (
          <Action page={page} intent="rotate" updatedAt={client.updated_at}>
            Rotate client secret
          </Action>
        )}
        {client.has_rotated_secret && (
          <Action page={page} intent="delete-old-secret" updatedAt={client.updated_at}>
            Delete the old secret
          </Action>
        )}
        <li>
          <details>
            <summary>Delete client</summary>
            <p class="soft small">Its tokens stop working. This cannot be undone.</p>
            <ActionForm page={page} intent="delete" updatedAt={client.updated_at}>
              Delete {name}
            </ActionForm>
          </details>
        </li>
      </ul>
    </details>
  )
}

type ActionProps = { page: string; intent: string; updatedAt: string; children: Child }

function Action(props: ActionProps) {
  return (
    <li>
      <ActionForm {...props} />
    </li>
  )
}

function ActionForm({ page, intent, updatedAt, children }: ActionProps) {
  return (
    <form method="post" action={page}>
      <input type="hidden" name="updated_at" value={updatedAt} />
      <button type="submit" name="intent" value={intent}>
        {children}
      </button>
    </form>
  )
}
