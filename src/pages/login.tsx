import { Frame } from './frame'

type Login = {
  nonce: string
  /** Comes back with the form, and in a cookie. */
  loginNonce: string
  application: string
  people: { name: string; email: string; groups: string[] }[]
}

/** Log in to an application: pick a person with one click, or type an address. */
export function LoginPage({ nonce, loginNonce, application, people }: Login) {
  return (
    <Frame title={`Log in to ${application}`} nonce={nonce}>
      <h1>Log in to {application}</h1>
      <p class="soft">No password: this is an emulator. Who do you want to be?</p>
      {people.length > 0 && (
        <form method="post">
          <input type="hidden" name="nonce" value={loginNonce} />
          <ul class="people">
            {people.map(({ name, email, groups }) => (
              <li>
                <button class="person" type="submit" name="email" value={email}>
                  <span class="initial" aria-hidden="true">
                    {name.slice(0, 1)}
                  </span>
                  <span>
                    {name}
                    <small>{[email, ...groups].join(' · ')}</small>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </form>
      )}
      <h2>
        <label for="email">Somebody else</label>
      </h2>
      <form method="post" class="other">
        <input type="hidden" name="nonce" value={loginNonce} />
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
