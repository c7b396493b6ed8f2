import { ActButton } from './action'

/** Renders the reset, which a second button confirms. */
export function Reset({ here }: { here: string }) {
  return (
    <details id="reset">
      <summary>Reset…</summary>
      <div class="confirm">
        <p>
          This deletes every client, grant, sign-in and event, and every change made through the
          API. It turns faults and quirks off. The signing keys and the settings stay.
        </p>
        <ActButton act={{ method: 'POST', path: 'reset' }} back={here} class="danger">
          Reset everything
        </ActButton>
      </div>
    </details>
  )
}
