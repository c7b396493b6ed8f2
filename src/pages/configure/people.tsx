import { type Field, FormField, RecordForm, type Values } from './fields'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'

/** One field: a person a line. */
export const PEOPLE_FIELD: Field = {
  member: 'people',
  label: 'People',
  kind: 'lines',
  placeholder: 'Ada Lovelace <ada@example.com> engineering, admins',
  help: 'One person a line: `Name <address> group, group`. Groups may be left out.',
}

/** Renders the people whom the login page offers. They exist only in the emulator. */
export function PeoplePage({
  values,
  isChanged,
  ...page
}: AdministratorPage & { values: Values; isChanged: boolean }) {
  return (
    <AdministratorFrame title="People" {...page}>
      <RecordForm action={`${ACCESS}/people`} hidden={{ intent: 'save' }} submit="Save people">
        <div class="card">
          <p class="soft small">
            The login page offers these people; there are no passwords. Any other address can sign
            in too. A policy sees their groups with a rule of the kind oidc, claim{' '}
            <code>groups</code>.
          </p>
          <FormField field={PEOPLE_FIELD} values={values} problems={page.problems ?? {}} />
        </div>
      </RecordForm>
      {isChanged && (
        <form method="post" action={`${ACCESS}/people`} class="card">
          <p class="soft small">These people replace those of the setting PEOPLE.</p>
          <p class="buttons">
            <button type="submit" name="intent" value="restore">
              Return to the setting PEOPLE
            </button>
          </p>
        </form>
      )}
    </AdministratorFrame>
  )
}
