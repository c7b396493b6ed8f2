import { ActButton, ActForm } from './action'
import { Card } from './frame'

export type ClockView = {
  /** RFC 3339, of the emulated clock. */
  now: string
  offsetSeconds: number
  /** When the session of the newest living grant is over, and a second; undefined where there is none. */
  afterSession?: string | undefined
}

/** The emulated clock, and what moves it. */
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
            Clients, grants, sign-ins, events, faults and what the API has changed are forgotten.
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
