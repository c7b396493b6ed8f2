import { ActButton } from './action'
import { offsetInWords } from './offset'

/** Everything that makes the emulator differ from its default. */
export type InEffectView = {
  clockOffsetSeconds: number
  /** The e-mail addresses of automatic sign-in. */
  signIns: string[]
  faults: string[]
  quirks: string[]
  /** Sentences about settings that are probably mistakes. */
  warnings: string[]
}

const SWITCHES = '/_emulator/console/faults'
const WARNINGS = '/_emulator/console/state#warnings'

/** Renders a strip that names everything in effect, and a button that turns it off; empty if nothing is. */
export function InEffect({ inEffect, here }: { inEffect: InEffectView; here: string }) {
  const { clockOffsetSeconds, signIns, faults, quirks, warnings } = inEffect
  const isAny = clockOffsetSeconds !== 0 || signIns.length + faults.length + quirks.length > 0
  return (
    <div id="in-effect" data-live>
      {(isAny || warnings.length > 0) && (
        <section class="in-effect" aria-label="In effect">
          <strong>In effect</strong>
          <ul>
            <Switches names={faults} noun="fault" />
            <Switches names={quirks} noun="quirk" />
            {clockOffsetSeconds !== 0 && <li>clock {offsetInWords(clockOffsetSeconds)}</li>}
            {signIns.length > 0 && <li>automatic sign-in as {signIns.join(', ')}</li>}
            {warnings.length > 0 && (
              <li>
                <a href={WARNINGS}>
                  {warnings.length} warning{warnings.length > 1 && 's'} about the settings
                </a>
              </li>
            )}
          </ul>
          {isAny && (
            <ActButton act={{ method: 'DELETE', path: 'in-effect' }} back={here}>
              Turn all off
            </ActButton>
          )}
        </section>
      )}
    </div>
  )
}

function Switches({ names, noun }: { names: string[]; noun: string }) {
  if (names.length === 0) return null
  return (
    <li>
      {names.length} {noun}
      {names.length > 1 && 's'}:{' '}
      {names.map((name, at) => (
        <>
          {at > 0 && ', '}
          <a href={`${SWITCHES}#${noun}-${name}`}>{name}</a>
        </>
      ))}
    </li>
  )
}
