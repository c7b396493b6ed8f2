import { BASIC_FIELDS, LOGIN_FIELDS, MANAGED_OAUTH_FIELDS } from './application-fields'
import { type Field, FormField, type Option, RecordForm, type Values } from './fields'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'
import { Policies, type PolicyRow } from './policies'

type ApplicationPage = AdministratorPage & {
  /** Absent for a new application. */
  application?: { id: string; name: string; aud: string; updatedAt: string } | undefined
  values: Values
  policies: PolicyRow[]
  reusable: Option[]
  identityProviders: Option[]
}

/** Renders the form of an application: basic information, policies, login methods, advanced settings [S18-S25]. */
export function ApplicationPage(props: ApplicationPage) {
  const { application, values, policies, reusable, identityProviders, ...page } = props
  const { problems = {} } = page
  const fields = (list: readonly Field[]) =>
    list.map((field) => <FormField field={field} values={values} problems={problems} />)
  const providers = { ...LOGIN_FIELDS.allowed_idps, options: identityProviders }
  return (
    <AdministratorFrame title={application?.name ?? 'Add an application'} {...page}>
      {application && (
        <p class="soft small">
          Application Audience (AUD) Tag <code class="id">{application.aud}</code>
        </p>
      )}
      <RecordForm
        action={`${ACCESS}/applications/${application?.id ?? 'new'}`}
        hidden={application ? { updated_at: application.updatedAt } : {}}
        submit="Save application"
      >
        {/* Enter presses the first button of a form. */}
        <button type="submit" name="intent" value="save" class="unseen" tabindex={-1}>
          Save application
        </button>
        <fieldset class="card">
          <legend>Basic information</legend>
          {fields(BASIC_FIELDS)}
        </fieldset>
        <Policies policies={policies} reusable={reusable} problems={problems} />
        <fieldset class="card">
          <legend>Login methods</legend>
          {fields([providers, LOGIN_FIELDS.auto_redirect_to_identity])}
        </fieldset>
        <fieldset class="card">
          <legend>Advanced settings</legend>
          {fields(MANAGED_OAUTH_FIELDS)}
        </fieldset>
      </RecordForm>
    </AdministratorFrame>
  )
}
