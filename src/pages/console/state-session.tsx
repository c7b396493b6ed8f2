import { End, When } from './state-list'

export type SessionView = {
  id: string
  email: string
  provider: string
  expiresAt: string
  applications: string[]
}

/** Renders the sign-in of a browser. */
export function Session({ session, here }: { session: SessionView; here: string }) {
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
