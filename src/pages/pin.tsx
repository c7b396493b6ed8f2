import { Frame } from './frame'

type Pin = {
  nonce: string
  /** What brings the step back. */
  fields: Record<string, string>
  email: string
}

/** Asks for the one-time PIN. */
export function PinPage({ nonce, fields, email }: Pin) {
  return (
    <Frame title="Enter code" nonce={nonce}>
      <h1>Enter code</h1>
      <p class="soft">
        A code for <strong>{email}</strong> is in{' '}
        <a href="/_emulator/events?kind=one-time-pin" target="_blank" rel="noopener">
          the emulator's events
        </a>
        , if the policies admit that address. The real service sends it by e-mail.
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
