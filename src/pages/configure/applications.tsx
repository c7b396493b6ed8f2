import { PolicyRules, type PolicyView } from '../console/state-application'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'

type ApplicationRow = {
  id: string
  name: string
  type: string
  domains: string[]
  aud: string
  isOAuthOn: boolean
  policies: PolicyView[]
}

/** Renders the list of Access applications [S17]. */
export function ApplicationsPage({
  applications,
  ...page
}: AdministratorPage & { applications: ApplicationRow[] }) {
  return (
    <AdministratorFrame title="Applications" {...page}>
      <section class="card" aria-label="Applications">
        <div class="card-head">
          <p class="soft small">
            An application defines the hosts and paths that Access protects. Its policies decide who
            is admitted.
          </p>
          <a class="button main" href={`${ACCESS}/applications/new`}>
            Add an application
          </a>
        </div>
        {applications.length === 0 && <p class="empty">No application is configured.</p>}
        <ul class="records">
          {applications.map((application) => (
            <li>
              <Application application={application} />
            </li>
          ))}
        </ul>
      </section>
    </AdministratorFrame>
  )
}

function Application({ application }: { application: ApplicationRow }) {
  const { id, name, type, domains, aud, isOAuthOn, policies } = application
  return (
    <>
      <div class="record">
        <p>
          <a href={`${ACCESS}/applications/${id}`}>
            <strong>{name}</strong>
          </a>{' '}
          {domains.map((domain) => (
            <>
              <code>{domain === '*' ? 'every host' : domain}</code>{' '}
            </>
          ))}
          {type !== 'self_hosted' && <span class="tag noted">{type}</span>}{' '}
          <span class={`tag ${isOAuthOn ? 'allowed' : 'noted'}`}>
            Managed OAuth {isOAuthOn ? 'on' : 'off'}
          </span>
        </p>
        <details class="menu">
          <summary aria-label={`Actions for ${name}`}>Actions</summary>
          <ul>
            <li>
              <a href={`${ACCESS}/applications/${id}`}>Edit</a>
            </li>
            <li>
              <a href={`${ACCESS}/who-gets-in?application=${id}`}>Who gets in?</a>
            </li>
            <li>
              <details>
                <summary>Delete</summary>
                <p class="soft small">Its grants and sessions end. This cannot be undone.</p>
                <form method="post" action={`${ACCESS}/applications/${id}`}>
                  <button type="submit" name="intent" value="delete">
                    Delete {name}
                  </button>
                </form>
              </details>
            </li>
          </ul>
        </details>
      </div>
      <ul class="inline">
        <li>
          Application Audience (AUD) Tag <code class="id">{aud}</code>
        </li>
      </ul>
      <PolicyRules policies={policies} />
    </>
  )
}
