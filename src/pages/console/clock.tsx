import { ActButton, ActForm } from './action'
import { Card } from './frame'

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
          {now.slice(0, 10)} UTC, {inWords(offsetSeconds)}
        </small>
      </p>
      <div class="buttons">
        <ActButton act={{ method: 'PATCH', path, body: { advance: '16m' } }} back={here} isMain>
          +16 minutes
        </ActButton>
        {afterSession && (
          <ActButton act={{ method: 'PATCH', path, body: { now: afterSession } }} back={here}>
            End of the session
          </ActButton>
        )}
        {offsetSeconds !== 0 && (
          <ActButton act={{ method: 'PATCH', path, body: { reset: true } }} back={here}>
            Back to real time
          </ActButton>
        )}
      </div>
      <details id="clock-more">
        <summary>Another time, keys, reset</summary>
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
        <div class="buttons">
          <ActButton act={{ method: 'POST', path: 'keys/rotate' }} back={here}>
            Rotate the signing keys
          </ActButton>
        </div>
        <details id="reset">
          <summary>Reset everything</summary>
          <p class="soft small">
            This deletes every client, grant, sign-in, event and fault, and every change made
            through the API.
          </p>
          <ActButton act={{ method: 'POST', path: 'reset' }} back={here} class="danger">
            Yes, reset everything
          </ActButton>
        </details>
      </details>
    </Card>
  )
}

function inWords(seconds: number): string {
  if (seconds === 0) return 'real time'
  const whole = Math.abs(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  const text = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return `${text.join(' ')} ${seconds > 0 ? 'ahead' : 'behind'}`
}
