import { Frame } from './frame'

type Person = { name: string; email: string; groups: string[] }

type Login = {
  nonce: string
  /** Comes back with the form, and in a cookie. */
  loginNonce: string
  application: string
  people: Person[]
}

/** Log in to an application: pick a person with one click, or type an address. */
export function LoginPage({ nonce, loginNonce, application, people }: Login) {
  return (
    <Frame title={`Log in to ${application}`} nonce={nonce}>
      <h1>Log in to {application}</h1>
      <p class="soft">There are no passwords here: who are you?</p>
      {people.length > 0 && (
        <>
          <form method="post">
            <input type="hidden" name="nonce" value={loginNonce} />
            <ul class="people">
              {people.map((person) => (
                <li>
                  <PersonButton {...person} />
                </li>
              ))}
            </ul>
          </form>
          <p class="or small">or</p>
        </>
      )}
      <form method="post" class="field">
        <input type="hidden" name="nonce" value={loginNonce} />
        <label for="email">{people.length > 0 ? 'Another e-mail address' : 'E-mail address'}</label>
        <input
          id="email"
          type="email"
          name="email"
          placeholder="name@example.com"
          autocomplete="off"
          required
        />
        <button class="main" type="submit">
          Log in
        </button>
      </form>
    </Frame>
  )
}

function PersonButton({ name, email, groups }: Person) {
  return (
    <button class="person" type="submit" name="email" value={email}>
      <span class="initial" aria-hidden="true">
        {[...name][0]}
      </span>
      <span>
        {name}
        {groups.map((group) => (
          <>
            {' '}
            <span class="group">{group}</span>
          </>
        ))}
        <small>{email}</small>
      </span>
    </button>
  )
}
