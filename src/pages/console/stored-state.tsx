import { ActButton } from './action'
import { Card } from './frame'

/** Renders the buttons that save and load the whole state, and that rotate the signing keys. */
export function StoredState({ here }: { here: string }) {
  return (
    <>
      <Card title="Save and load">
        <p class="soft small">
          The file contains everything on this page, and secrets: anyone who has it can make tokens
          for an emulator that loads it. It contains no events.
        </p>
        <p class="buttons">
          <a class="button" href="/_emulator/state" download="access-emulator-state.json">
            Save the state
          </a>
        </p>
        <form
          method="post"
          action="/_emulator/console/load"
          enctype="multipart/form-data"
          class="field"
        >
          <label for="file">State file (replaces everything)</label>
          <input id="file" type="file" name="file" accept="application/json" required />
          <button type="submit">Load</button>
        </form>
      </Card>
      <Card title="Signing keys">
        <p class="soft small">
          A new key signs the assertions. The previous one stays published for seven days.
        </p>
        <div class="buttons">
          <ActButton act={{ method: 'POST', path: 'keys/rotate' }} back={here}>
            Rotate the signing keys
          </ActButton>
        </div>
      </Card>
    </>
  )
}
