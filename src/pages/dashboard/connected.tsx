import { Fact, Facts } from '../facts'
import { Frame } from '../frame'
import STYLE from './connected.css' with { type: 'text' }
import { ApplicationHead, PUBLISHER_STYLE, type Publisher } from './publisher'

type Application = {
  grantId: string
  name: string
  publisher: Publisher | undefined
  /** Names, not ids. */
  accounts: string[]
  permissions: string[]
  /** RFC 3339. */
  authorizedAt: string
  isFirstParty: boolean
}

type Connected = {
  nonce: string
  /** Sent back with every form. */
  csrf: string
  email: string
  applications: Application[]
  /** The name of the application that was just disconnected. */
  revoked?: string | undefined
}

/**
 * Renders "Connected Applications": the applications that a person has authorized at the dashboard, with
 * buttons that revoke them.
 * Dashboard: documented [D30].
 */
export function ConnectedPage({ nonce, csrf, email, applications, revoked }: Connected) {
  return (
    <Frame title="Connected Applications" nonce={nonce} style={PUBLISHER_STYLE + STYLE} isWide>
      <h1>Connected Applications</h1>
      <p class="lead">
        You are signed in as <strong>{email}</strong>.
      </p>
      {revoked !== undefined && (
        <p class="note" role="status">
          <strong class="clamped">
            <bdi>{revoked}</bdi> is disconnected.
          </strong>
          Its access tokens and refresh tokens no longer work.
        </p>
      )}
      {applications.length === 0 ? (
        <p>No application is connected. Applications that you authorize appear here.</p>
      ) : (
        <ul class="connected">
          {applications.map((application) => (
            <li>
              <ConnectedApplication csrf={csrf} {...application} />
            </li>
          ))}
        </ul>
      )}
      <p class="soft small">
        To disconnect an application, select Revoke. Its access ends at once: its access tokens and
        refresh tokens stop working, and it must ask you again. Changes that it has already made in
        your accounts remain.
      </p>
    </Frame>
  )
}

function ConnectedApplication(application: Application & { csrf: string }) {
  const { csrf, grantId, name, publisher, accounts, permissions, isFirstParty } = application
  return (
    <>
      <ApplicationHead name={name} publisher={publisher} isFirstParty={isFirstParty} />
      <Facts>
        <Fact name={accounts.length === 1 ? 'Account' : 'Accounts'}>
          {accounts.length === 0 ? <span class="soft">None</span> : accounts.join(', ')}
        </Fact>
        <Fact name="Permissions">
          <details>
            <summary>{countOf(permissions.length)}</summary>
            <ul>
              {permissions.map((permission) => (
                <li>{permission}</li>
              ))}
            </ul>
          </details>
        </Fact>
        <Fact name="Authorized">
          <Time at={application.authorizedAt} />
        </Fact>
      </Facts>
      <form method="post">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="grant" value={grantId} />
        <button type="submit" aria-label={`Revoke ${name}`}>
          Revoke
        </button>
      </form>
    </>
  )
}

function countOf(permissions: number): string {
  return permissions === 1 ? '1 permission' : `${permissions} permissions`
}

function Time({ at }: { at: string }) {
  const text = new Date(at).toLocaleString('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return <time datetime={at}>{text} UTC</time>
}
