import { raw } from 'hono/html'
import { Fact, Facts } from '../facts'
import { Frame } from '../frame'
import { PERMISSION_LIST_SCRIPT, PERMISSION_LIST_STYLE, PermissionList } from './permission-list'
import SCRIPT from './permissions.client.js' with { type: 'text' }
import STYLE from './permissions.css' with { type: 'text' }
import { ApplicationHead, PUBLISHER_STYLE, type Publisher } from './publisher'

type Account = { id: string; name: string; isSelectable: boolean; reason?: string | undefined }

/** A permission. `category` is a title; permissions with the same one are shown together. */
type Permission = { id: string; name: string; category: string; isOptional: boolean }

type Permissions = {
  nonce: string
  client: {
    name: string
    id: string
    logoUri?: string | undefined
    policyUri?: string | undefined
    tosUri?: string | undefined
    clientUri?: string | undefined
  }
  publisher: Publisher | undefined
  email: string
  accounts: Account[]
  permissions: Permission[]
  redirectHost: string
  /** The path of the page of connected applications. */
  connectedPath: string
}

// Dashboard: observed [D15].
const NO_PERMISSION = 'Select at least one permission to authorize, or cancel.'
const NO_ACCOUNT = 'Select at least one account to authorize, or cancel.'

/** Renders the dashboard's consent page. Dashboard: observed [D15], texts and order of the parts. */
export function PermissionsPage(page: Permissions) {
  const { nonce, client, publisher, email, accounts, permissions } = page
  const isNothing = permissions.length === 0
  return (
    <Frame
      title={`Authorize ${client.name}`}
      nonce={nonce}
      style={PUBLISHER_STYLE + PERMISSION_LIST_STYLE + STYLE}
      isWide
    >
      <h1>Authorize application</h1>
      <ApplicationHead name={client.name} publisher={publisher} logoUri={client.logoUri} />
      <Facts>
        <Fact name="Sends you back to">
          <code>{page.redirectHost}</code>
        </Fact>
        <Fact name="Client ID">
          <code class="id">{client.id}</code>
        </Fact>
        <Links client={client} />
      </Facts>
      <form method="post">
        <Accounts email={email} accounts={accounts} />
        <fieldset>
          <legend class="clamped">
            This will allow <bdi>{client.name}</bdi> to
          </legend>
          <p id="total" class="soft small">
            {permissions.length} total permissions
          </p>
          <PermissionList
            permissions={permissions}
            templates={permissions.some(({ isOptional }) => isOptional)}
          >
            {({ id, name, isOptional }) => (
              <label class="option" title={id}>
                {/* A disabled checkbox is not sent: required permissions are granted without it. */}
                <input type="checkbox" name="scope" value={id} checked disabled={!isOptional} />
                <span>{name}</span>
                <small>{isOptional ? 'Optional' : 'Required'}</small>
              </label>
            )}
          </PermissionList>
        </fieldset>
        <p class="soft small">
          Only authorize access if you trust this application. You can revoke its access later under{' '}
          <a href={page.connectedPath}>Connected Applications</a>.
        </p>
        <p
          id="missing"
          role="status"
          data-no-permission={NO_PERMISSION}
          data-no-account={NO_ACCOUNT}
        >
          {isNothing && NO_PERMISSION}
        </p>
        <div class="choices">
          <button type="submit" name="action" value="cancel">
            Cancel
          </button>
          <button class="main" type="submit" name="action" value="authorize" disabled={isNothing}>
            Authorize
          </button>
        </div>
      </form>
      <script type="module" nonce={nonce}>
        {raw(PERMISSION_LIST_SCRIPT + SCRIPT)}
      </script>
    </Frame>
  )
}

function Links({ client: { clientUri, policyUri, tosUri } }: Pick<Permissions, 'client'>) {
  const links = [
    { uri: clientUri, text: 'Website' },
    { uri: policyUri, text: 'Privacy policy' },
    { uri: tosUri, text: 'Terms of service' },
  ].filter(({ uri }) => uri)
  if (links.length === 0) return null
  return (
    <Fact name="Read more">
      <span class="links">
        {links.map(({ uri, text }) => (
          <a href={uri} target="_blank" rel="noopener noreferrer">
            {text}
          </a>
        ))}
      </span>
    </Fact>
  )
}

function Accounts({ email, accounts }: Pick<Permissions, 'email' | 'accounts'>) {
  const selectable = accounts.filter(({ isSelectable }) => isSelectable)
  const isOnly = selectable.length === 1
  return (
    <fieldset>
      <legend>Accounts</legend>
      {accounts.length === 0 && (
        <p class="soft small">You ({email}) are not a member of any account.</p>
      )}
      <ul class="accounts options">
        {selectable.length > 1 && (
          <li hidden>
            <label class="option">
              <input type="checkbox" data-all />
              <span>All accounts</span>
            </label>
          </li>
        )}
        {accounts.map(({ id, name, isSelectable, reason }) => (
          <li>
            <label class="option">
              <input
                type="checkbox"
                name="account"
                value={id}
                checked={isOnly && isSelectable}
                disabled={!isSelectable}
              />
              <span class={isSelectable ? undefined : 'soft'}>
                {email} / <strong>{name}</strong>
                {!isSelectable && reason && <small>{reason}</small>}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  )
}
