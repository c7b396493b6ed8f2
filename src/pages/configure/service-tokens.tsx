import { CopyBlock } from '../console/action'
import { type Field, FormField, RecordForm, type Values } from './fields'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'

const PAGE = `${ACCESS}/service-tokens`

export const SERVICE_TOKEN_FIELDS: readonly Field[] = [
  { member: 'name', label: 'Service token name', kind: 'text', isRequired: true },
  {
    member: 'duration',
    label: 'Service token duration',
    kind: 'choice',
    options: [
      { value: '8760h', text: '1 year' },
      { value: '720h', text: '30 days' },
      { value: '24h', text: '1 day' },
      { value: 'forever', text: 'Non-expiring' },
    ],
  },
]

type TokenView = {
  id: string
  name: string
  client_id: string
  enabled: boolean
  expires_at?: string | undefined
  last_seen_at?: string | undefined
  previous_client_secret_expires_at?: string | undefined
}

type Page = AdministratorPage & {
  tokens: TokenView[]
  values: Values
  /** A secret that the API has just issued. */
  issued?: { client_id: string; client_secret: string } | undefined
}

/** Renders the service tokens, with a form for a new one. */
export function ServiceTokensPage({ tokens, values, issued, ...page }: Page) {
  return (
    <AdministratorFrame
      title="Service tokens"
      {...page}
      secret={issued && <Secret id={issued.client_id} secret={issued.client_secret} />}
    >
      <section class="card" aria-label="Service tokens">
        <p class="soft small">
          Programs use service tokens, because no person can log in for them. A policy with the
          action Service Auth admits them.
        </p>
        {tokens.length === 0 && <p class="empty">There are no service tokens yet.</p>}
        <ul class="records">
          {tokens.map((token) => (
            <li class="record">
              <Token token={token} />
            </li>
          ))}
        </ul>
      </section>
      <RecordForm action={PAGE} hidden={{ intent: 'create' }} submit="Generate token">
        <fieldset class="card">
          <legend>Create a service token</legend>
          {SERVICE_TOKEN_FIELDS.map((field) => (
            <FormField field={field} values={values} problems={page.problems ?? {}} />
          ))}
        </fieldset>
      </RecordForm>
    </AdministratorFrame>
  )
}

function Secret({ id, secret }: { id: string; secret: string }) {
  return (
    <section class="card secret" aria-label="Client secret">
      <h2>Save the client secret now</h2>
      <p class="soft small">It is not shown again. A request carries both headers.</p>
      <CopyBlock
        name="the headers"
        text={`CF-Access-Client-Id: ${id}\nCF-Access-Client-Secret: ${secret}`}
      />
    </section>
  )
}

function Token({ token }: { token: TokenView }) {
  const { id, name, enabled, expires_at: expires, last_seen_at: seen } = token
  const actions = [
    { intent: 'refresh', text: 'Extend by its duration' },
    { intent: 'rotate', text: 'Rotate the secret' },
    enabled ? { intent: 'disable', text: 'Disable' } : { intent: 'enable', text: 'Enable' },
    { intent: 'delete', text: `Delete ${name}` },
  ]
  return (
    <>
      <p>
        <strong>{name}</strong>{' '}
        <span class={`tag ${enabled ? 'allowed' : 'refused'}`}>
          {enabled ? 'enabled' : 'disabled'}
        </span>
        <br />
        <code class="id">{token.client_id}</code>{' '}
        <small>
          {expires ? `expires ${expires}` : 'does not expire'}
          {seen ? `, last seen ${seen}` : ''}
          {token.previous_client_secret_expires_at
            ? `, the old secret is valid until ${token.previous_client_secret_expires_at}`
            : ''}
        </small>
      </p>
      <details class="menu">
        <summary aria-label={`Actions for ${name}`}>Actions</summary>
        <ul>
          {actions.map(({ intent, text }) => (
            <li>
              <form method="post" action={PAGE}>
                <input type="hidden" name="id" value={id} />
                <button type="submit" name="intent" value={intent}>
                  {text}
                </button>
              </form>
            </li>
          ))}
        </ul>
      </details>
    </>
  )
}
