import { End, When } from './state-list'

type TokenView = { id: string; expiresAt: string; isExpired: boolean }
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

const TAGS = { active: 'allowed', expired: 'noted', revoked: 'refused' }

/** Renders a grant with its access tokens. */
export function Grant({ grant, here }: { grant: GrantView; here: string }) {
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
