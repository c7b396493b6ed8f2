import { ActButton, ActForm } from './action'
import { Card } from './frame'

export type AutoSignInView = {
  rules: {
    email: string
    consent: string
    client?: string | undefined
    times?: number | undefined
  }[]
  people: { name: string; email: string }[]
}

/** Renders the rules of automatic sign-in, and the people who can be chosen. */
export function AutoSignIn({ rules, people, here }: AutoSignInView & { here: string }) {
  const path = 'auto-sign-in'
  return (
    <Card title="Automatic sign-in" id="auto-sign-in">
      {rules.length === 0 ? (
        <p class="soft small">Off: authorizations show the login page and the consent page.</p>
      ) : (
        <>
          <ul class="rules">
            {rules.map(({ email, consent, client, times }) => (
              <li>
                <strong>{email}</strong> {consent === 'deny' ? 'denies' : 'allows'}
                <small>
                  {client && ` for the client ${client}`}
                  {times && `, ${times === 1 ? 'once more' : `${times} more times`}`}
                </small>
              </li>
            ))}
          </ul>
          <ActButton act={{ method: 'PUT', path, body: null }} back={here}>
            Switch it off
          </ActButton>
        </>
      )}
      <ul class="people-buttons" aria-label="People">
        {people.map(({ name, email }) => (
          <li>
            <ActButton
              act={{ method: 'PUT', path, body: { email } }}
              back={here}
              label={`Sign in automatically as ${name}`}
              isPressed={rules.length === 1 && rules[0]?.email === email}
            >
              {name}
            </ActButton>
          </li>
        ))}
      </ul>
      <details id="auto-sign-in-more">
        <summary>Other person or deny</summary>
        <ActForm act={{ method: 'PUT', path }} back={here} class="field">
          <label for="email">E-mail address</label>
          <input id="email" name="text.email" type="email" required autocomplete="off" />
          <label for="consent">Consent</label>
          <select id="consent" name="text.consent">
            <option value="allow">allow</option>
            <option value="deny">deny</option>
          </select>
          <label for="times">Number of times (empty: no limit)</label>
          <input id="times" name="number.times" type="number" min="1" />
          <button type="submit">Sign in automatically</button>
        </ActForm>
      </details>
    </Card>
  )
}
