import { CopyBlock } from '../console/action'
import { type Field, FormField, RecordForm, type Values } from './fields'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'

const PAGE = `${ACCESS}/take-along`

/** The responses of the real API that an import reads. */
export const IMPORT_FIELDS: readonly Field[] = [
  {
    member: 'apps',
    label: 'Applications',
    kind: 'json',
    help: 'The response of `GET /access/apps`.',
  },
  {
    member: 'policies',
    label: 'Reusable policies',
    kind: 'json',
    help: 'The response of `GET /access/policies`. Those that an application names are in its response.',
  },
  {
    member: 'groups',
    label: 'Groups',
    kind: 'json',
    help: 'The response of `GET /access/groups`.',
  },
  {
    member: 'identity_providers',
    label: 'Identity providers',
    kind: 'json',
    help: 'The response of `GET /access/identity_providers`. They become person pickers.',
  },
]

/** The plan of an import, or its result. */
export type ImportView = {
  isDone: boolean
  taken: string[]
  left: string[]
  /** Each real host with the local host that replaces it. */
  hosts: { real: string; local: string }[]
}

type Page = AdministratorPage & {
  curl: string
  startEmulator: string
  values: Values
  plan?: ImportView | undefined
  /** Whether this is a host of this machine, which alone can import. */
  isLocal: boolean
}

/** Renders the export of the configuration, and the import of a real account's. */
export function TakeAlongPage({ curl, startEmulator, values, plan, isLocal, ...page }: Page) {
  return (
    <AdministratorFrame title="Export and import" {...page}>
      {plan && <Plan plan={plan} />}
      <section class="card" aria-label="Export">
        <h2>Export</h2>
        <p class="soft small">Identity providers, groups, policies and applications. No secrets.</p>
        <details>
          <summary>As calls of the management API</summary>
          <CopyBlock name="the API calls" text={curl} />
        </details>
        <details>
          <summary>As the option of startEmulator</summary>
          <CopyBlock name="the option" text={startEmulator} />
        </details>
      </section>
      {isLocal ? (
        <Import values={values} problems={page.problems ?? {}} plan={plan} />
      ) : (
        <p class="card">
          An import works on this machine only: the responses describe a real account.
        </p>
      )}
    </AdministratorFrame>
  )
}

function Plan({ plan: { isDone, taken, left } }: { plan: ImportView }) {
  return (
    <section class="card" aria-label="Import" role="status">
      <h2>{isDone ? 'Imported' : 'This would be imported'}</h2>
      <List items={taken} nothing="Nothing." />
      <h2>Left out</h2>
      <List items={left} nothing="Nothing." />
    </section>
  )
}

function List({ items, nothing }: { items: string[]; nothing: string }) {
  if (items.length === 0) return <p class="empty">{nothing}</p>
  return (
    <ul class="bullets">
      {items.map((item) => (
        <li>{item}</li>
      ))}
    </ul>
  )
}

function Import({
  values,
  problems,
  plan,
}: {
  values: Values
  problems: NonNullable<AdministratorPage['problems']>
  plan?: ImportView | undefined
}) {
  const isReady = plan !== undefined && !plan.isDone
  return (
    <RecordForm
      action={PAGE}
      hidden={{ intent: isReady ? 'import' : 'preview' }}
      submit={isReady ? 'Import' : 'Preview'}
    >
      <fieldset class="card">
        <legend>Import from a real account</legend>
        <p class="soft small">
          Paste the responses of the real API. Secrets are not imported, and nothing is sent to
          Cloudflare. Records with the same id are replaced.
        </p>
        <p class="soft small">
          A record that names a missing one is left out, because the API refuses it. Paste the list
          of the missing record as well. Service tokens and email lists come from the settings{' '}
          <code>SERVICE_TOKENS</code> and <code>EMAIL_LISTS</code>, with the same ids.
        </p>
        {isReady &&
          plan.hosts.map(({ real, local }, at) => <Host real={real} local={local} at={at} />)}
        {IMPORT_FIELDS.map((field) => (
          <FormField field={field} values={values} problems={problems} />
        ))}
      </fieldset>
    </RecordForm>
  )
}

function Host({ real, local, at }: { real: string; local: string; at: number }) {
  return (
    <div class="form-field">
      <input type="hidden" name={`host.${at}.real`} value={real} />
      <label for={`host.${at}.local`}>
        Local host for <code>{real}</code>
      </label>
      <input type="text" id={`host.${at}.local`} name={`host.${at}.local`} value={local} />
    </div>
  )
}
