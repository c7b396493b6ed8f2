import { ActButton, ActForm } from './action'
import { Card } from './frame'
import { offsetInWords } from './offset'

export type ClockView = {
  /** RFC 3339, of the emulated clock. */
  now: string
  offsetSeconds: number
  /** One second after the session of the newest active grant ends; undefined if no grant is active. */
  afterSession?: string | undefined
}

/** Renders the emulated clock, and the buttons that move it. */
export function Clock({ clock, here }: { clock: ClockView; here: string }) {
  const { now, offsetSeconds, afterSession } = clock
  const path = 'clock'
  return (
    <Card title="Clock" id="clock">
      <p class="time">
        <time datetime={now}>{now.slice(11, 19)}</time>
        <small>
          {now.slice(0, 10)} UTC, {offsetInWords(offsetSeconds)}
        </small>
      </p>
      <div class="buttons">
        <ActButton act={{ method: 'PATCH', path, body: { advance: '16m' } }} back={here} isMain>
          +16 minutes
        </ActButton>
        {afterSession && (
          <ActButton act={{ method: 'PATCH', path, body: { now: afterSession } }} back={here}>
            Jump to session end
          </ActButton>
        )}
        {offsetSeconds !== 0 && (
          <ActButton act={{ method: 'PATCH', path, body: { reset: true } }} back={here}>
            Back to real time
          </ActButton>
        )}
      </div>
      <details id="clock-more">
        <summary>Another time</summary>
        <ActForm act={{ method: 'PATCH', path }} back={here} class="field">
          <label for="advance">Advance by</label>
          <input id="advance" name="text.advance" placeholder="24h" required autocomplete="off" />
          <button type="submit">Advance</button>
        </ActForm>
        <ActForm act={{ method: 'PATCH', path }} back={here} class="field">
          <label for="now">Set to (RFC 3339)</label>
          <input id="now" name="text.now" placeholder={now} required autocomplete="off" />
          <button type="submit">Set</button>
        </ActForm>
      </details>
    </Card>
  )
}
