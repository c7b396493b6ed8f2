import { raw } from 'hono/html'
import { CopyBlock } from '../console/action'
import { PERMISSION_LIST_SCRIPT } from '../dashboard/permission-list'
import { Fact, Facts } from '../facts'
import {
  type Field,
  FormField,
  listOf,
  type Problems,
  RecordForm,
  textOf,
  type Values,
} from './fields'
import { AdministratorFrame, type AdministratorPage, OAUTH_CLIENTS } from './frame'
import { ClientActions } from './oauth-client-actions'
import { OAUTH_CLIENT_FIELDS, OPTIONAL_OAUTH_CLIENT_FIELDS } from './oauth-client-fields'
import { ClientMarks, type OAuthClientView } from './oauth-client-marks'
import { ScopePicker, type ScopeView } from './scope-picker'

type FormPage = AdministratorPage & { account: string; values: Values }

/** Renders the first step of creating a client. Dashboard: documented [S2-S9]. */
export function NewOAuthClientPage({ account, values, ...page }: FormPage) {
  const kept = (['scopes', 'optional_scopes'] as const).flatMap((name) =>
    listOf(values[name]).map((value) => ({ name, value })),
  )
  return (
    <AdministratorFrame title="Create client" {...page}>
      <RecordForm
        action={`${OAUTH_CLIENTS}/${account}/new`}
        hidden={{ step: 'configuration' }}
        submit="Continue"
      >
        {kept.map(({ name, value }) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Members values={values} problems={page.problems ?? {}} />
      </RecordForm>
    </AdministratorFrame>
  )
}

type ScopesPage = FormPage & { scopes: ScopeView[]; fields: readonly Field[] }

/** Renders the second step: the scopes. The members of the first one are in hidden fields [S10]. */
export function NewOAuthClientScopesPage({ account, values, scopes, fields, ...page }: ScopesPage) {
  return (
    <AdministratorFrame title="Define the scopes" {...page}>
      <RecordForm
        action={`${OAUTH_CLIENTS}/${account}/new`}
        hidden={{ step: 'scopes' }}
        submit="Create client"
      >
        {fields.flatMap(({ member }) => hiddenOf(member, values[member]))}
        <ScopePicker scopes={scopes} values={values} problems={page.problems ?? {}} />
      </RecordForm>
      <Search nonce={page.nonce} />
    </AdministratorFrame>
  )
}

function hiddenOf(member: string, value: Values[string] | undefined) {
  const values = Array.isArray(value) ? value : [textOf(value)]
  return values.map((each) => <input type="hidden" name={member} value={each} />)
}

type ClientPage = Omit<FormPage, 'secret'> & {
  client: OAuthClientView
  /** The secret that the API has just issued. It cannot be shown again. */
  secret?: string | undefined
  scopes: ScopeView[]
}

/** Renders a client: its secret if it is new, its verification, its action menu and its fields. */
export function OAuthClientPage({ account, client, secret, values, scopes, ...page }: ClientPage) {
  return (
    <AdministratorFrame
      title={client.client_name || client.client_id}
      {...page}
      secret={secret !== undefined && <Secret client={client} secret={secret} />}
    >
      <section class="card" aria-label="Client">
        <div class="card-head">
          <p>
            <ClientMarks client={client} />
          </p>
          <ClientActions client={client} account={account} />
        </div>
        <Facts>
          <Fact name="Client ID">
            <code>{client.client_id}</code>
          </Fact>
          <Verification client={client} />
        </Facts>
      </section>
      <RecordForm
        action={`${OAUTH_CLIENTS}/${account}/${client.client_id}`}
        hidden={{ updated_at: client.updated_at, intent: 'save' }}
        submit="Save client"
      >
        <Members values={values} problems={page.problems ?? {}} />
        <section class="card">
          <ScopePicker scopes={scopes} values={values} problems={page.problems ?? {}} />
        </section>
      </RecordForm>
      <Search nonce={page.nonce} />
    </AdministratorFrame>
  )
}

function Secret({ client, secret }: { client: OAuthClientView; secret: string }) {
  return (
    <section class="card secret" aria-label="Client secret">
      <h2>Save the client secret now</h2>
      <p class="soft small">It is not shown again. Keep it out of code that others can read.</p>
      <p class="copy-name">Client ID</p>
      <CopyBlock name="Client ID" text={client.client_id} isShort />
      <p class="copy-name">Client secret</p>
      <CopyBlock name="Client secret" text={secret} isShort />
      {client.has_rotated_secret && (
        <p class="soft small">
          The old secret stays valid until you delete it: change your application first.
        </p>
      )}
    </section>
  )
}

function Verification({ client }: { client: OAuthClientView }) {
  const { client_uri_verification: verification } = client
  if (!verification) return null
  return (
    <Fact name="TXT record">
      <CopyBlock name="the TXT record" text={verification.text} isShort />
      {verification.status !== 'verified' && (
        <p class="soft small">
          Create it at the client URL's domain, with all of the text. In the emulated DNS:{' '}
          <code>PUT /_emulator/dns</code>.
        </p>
      )}
    </Fact>
  )
}

function Members({ values, problems }: { values: Values; problems: Problems }) {
  return (
    <section class="card">
      {OAUTH_CLIENT_FIELDS.map((field) => (
        <FormField field={field} values={values} problems={problems} />
      ))}
      <details
        open={OPTIONAL_OAUTH_CLIENT_FIELDS.some(
          ({ member }) => textOf(values[member]) || problems[member],
        )}
      >
        <summary>Optional fields</summary>
        {OPTIONAL_OAUTH_CLIENT_FIELDS.map((field) => (
          <FormField field={field} values={values} problems={problems} />
        ))}
      </details>
    </section>
  )
}

function Search({ nonce }: { nonce: string }) {
  return (
    <script type="module" nonce={nonce}>
      {raw(PERMISSION_LIST_SCRIPT)}
    </script>
  )
}
