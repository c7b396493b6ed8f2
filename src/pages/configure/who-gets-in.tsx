import type { Option } from './fields'
import { ACCESS, AdministratorFrame, type AdministratorPage } from './frame'

type Verdict = {
  isAdmitted: boolean
  decision: string
  why: string
  change?: string | undefined
  /** Each policy in the order of evaluation, and whether its rules match. */
  policies: { name: string; decision: string; status: string }[]
}

type Page = AdministratorPage & {
  people: Option[]
  applications: Option[]
  email: string
  application: string
  verdict?: Verdict | undefined
}

/** Renders the test of an application's policies for a person. */
export function WhoGetsInPage({
  people,
  applications,
  email,
  application,
  verdict,
  ...page
}: Page) {
  return (
    <AdministratorFrame title="Who gets in?" {...page}>
      <search>
        <form method="get" action={`${ACCESS}/who-gets-in`} class="card record-form">
          <div class="pair">
            <div class="form-field">
              <label for="email">Person</label>
              <input
                id="email"
                name="email"
                type="email"
                list="people"
                value={email}
                placeholder="ada@example.com"
                required
              />
              <datalist id="people">
                {people.map(({ value, text }) => (
                  <option value={value}>{text}</option>
                ))}
              </datalist>
            </div>
            <div class="form-field">
              <label for="application">Application</label>
              <select id="application" name="application">
                {applications.map(({ value, text }) => (
                  <option value={value} selected={value === application}>
                    {text}
                  </option>
                ))}
              </select>
            </div>
          </div>
          <p class="buttons">
            <button type="submit" class="main">
              Test
            </button>
          </p>
        </form>
      </search>
      {verdict && <Decision verdict={verdict} email={email} />}
    </AdministratorFrame>
  )
}

function Decision({ verdict, email }: { verdict: Verdict; email: string }) {
  const { isAdmitted, why, change, policies } = verdict
  return (
    <section class="card" aria-label="Decision">
      <h2>
        <span class={`tag ${isAdmitted ? 'allowed' : 'refused'}`}>
          {isAdmitted ? 'admitted' : 'refused'}
        </span>{' '}
        {email}
      </h2>
      <p>{why}</p>
      {change && <p class="soft">{change}</p>}
      <ul class="records">
        {policies.map(({ name, decision, status }) => (
          <li>
            <strong>{name}</strong> {decision}{' '}
            <span class={`tag ${status === 'matched' ? 'allowed' : 'noted'}`}>{status}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
