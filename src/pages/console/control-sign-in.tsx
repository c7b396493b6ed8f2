import { Frame } from '../frame'

/** Renders the sign-in to the console, for hosts other than this machine. */
export function ControlSignInPage({ nonce, isWrong }: { nonce: string; isWrong: boolean }) {
  return (
    <Frame title="Sign in to the console" nonce={nonce}>
      <h1>Sign in to the console</h1>
      <p class="lead">
        Enter the secret <code>EMULATOR_TOKEN</code> to open the console.
      </p>
      {isWrong && (
        <p class="note" role="alert">
          That is not the token. Enter the secret that this emulator was configured with.
        </p>
      )}
      <form method="post" class="field">
        <label for="token">EMULATOR_TOKEN</label>
        <input id="token" type="password" name="token" autocomplete="current-password" required />
        <button class="main" type="submit">
          Sign in
        </button>
      </form>
    </Frame>
  )
}
