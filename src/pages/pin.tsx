import { Frame } from './frame'

type Pin = {
  nonce: string
  /** Hidden fields that resume the login. */
  fields: Record<string, string>
  email: string
}

/** Renders the form for the one-time PIN. */
export function PinPage({ nonce, fields, email }: Pin) {
  return (
    <Frame title="Enter code" nonce={nonce}>
      <h1>Enter code</h1>
      <p class="soft">
        If the policies admit <strong>{email}</strong>, its code is in{' '}
        <a href="/_emulator/console/events?kind=one-time-pin" target="_blank" rel="noopener">
          the emulator's console
        </a>
        . Access itself would send it by e-mail.
      </p>
      <form method="post" class="field">
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <label for="code">Code</label>
        <input
          id="code"
          class="code"
          name="code"
          inputmode="numeric"
          pattern=" *[0-9]{6} *"
          title="six digits"
          autocomplete="one-time-code"
          autofocus
          required
        />
        <button class="main" type="submit">
          Sign in
        </button>
      </form>
    </Frame>
  )
}
