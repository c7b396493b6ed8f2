import { Frame } from '../frame'

/** Sign in to the console, on a host that is not this machine's. */
export function ControlSignInPage({ nonce, isWrong }: { nonce: string; isWrong: boolean }) {
  return (
    <Frame title="Sign in to the console" nonce={nonce}>
      <h1>Sign in to the console</h1>
      <p class="lead">Who controls this emulator knows its secret EMULATOR_TOKEN.</p>
      {isWrong && (
        <p class="note" role="alert">
          That is not the token.
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
