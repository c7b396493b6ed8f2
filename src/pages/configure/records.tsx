import { type Field, FormField, RecordForm, type Values } from './fields'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'

/** The kind of record that a page lists or edits as JSON. */
export type RecordKindView = {
  /** The last part of the page's path. */
  slug: string
  title: string
  /** The noun for one of them. */
  noun: string
  what: string
}

type ListPage = AdministratorPage & {
  kind: RecordKindView
  records: { id: string; name: string; facts: string[] }[]
}

/** Renders the list of a kind of record. */
export function RecordsPage({ kind, records, ...page }: ListPage) {
  return (
    <AdministratorFrame title={kind.title} {...page}>
      <section class="card" aria-label={kind.title}>
        <div class="card-head">
          <p class="soft small">{kind.what}</p>
          <a class="button main" href={`${ACCESS}/${kind.slug}/new`}>
            Add {kind.noun}
          </a>
        </div>
        {records.length === 0 && <p class="empty">There are no {kind.title.toLowerCase()} yet.</p>}
        <ul class="records">
          {records.map(({ id, name, facts }) => (
            <li class="record">
              <p>
                <a href={`${ACCESS}/${kind.slug}/${id}`}>
                  <strong>{name}</strong>
                </a>{' '}
                {facts.map((fact) => (
                  <>
                    <span class="tag noted">{fact}</span>{' '}
                  </>
                ))}
                <br />
                <code class="id">{id}</code>
              </p>
            </li>
          ))}
        </ul>
      </section>
    </AdministratorFrame>
  )
}

/** The one field of the editor. */
export const JSON_FIELD: Field = {
  member: 'json',
  label: 'JSON',
  kind: 'json',
  isRequired: true,
  help: 'The members of the management API. Its schema checks them when you save.',
}

type EditorPage = AdministratorPage & {
  kind: RecordKindView
  /** Absent for a new record. */
  record?: { id: string; name: string; updatedAt: string; isDeletable: boolean } | undefined
  values: Values
}

/** Renders a record as JSON to edit. */
export function RecordPage({ kind, record, values, ...page }: EditorPage) {
  const action = record?.isDeletable === false ? kind.slug : `${kind.slug}/${record?.id ?? 'new'}`
  return (
    <AdministratorFrame title={record?.name ?? `Add ${kind.noun}`} {...page}>
      <RecordForm
        action={`${ACCESS}/${action}`}
        hidden={record ? { updated_at: record.updatedAt } : {}}
        submit="Save"
      >
        <div class="card">
          <p class="soft small">{kind.what}</p>
          <FormField field={JSON_FIELD} values={values} problems={page.problems ?? {}} />
        </div>
      </RecordForm>
      {record?.isDeletable && (
        <details class="card">
          <summary>Delete</summary>
          <form method="post" action={`${ACCESS}/${action}`}>
            <p class="soft small">The API refuses it while another record names this one.</p>
            <button type="submit" name="intent" value="delete">
              Delete {record.name}
            </button>
          </form>
        </details>
      )}
    </AdministratorFrame>
  )
}
