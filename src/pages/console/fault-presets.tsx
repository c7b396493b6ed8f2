import { ActButton, WithCode } from './action'

export type PresetView = {
  name: string
  what: string
  /** The body of the request that turns its faults on. */
  faults: Record<string, object>
  isOn: boolean
}

/** Renders the situations, each with a button that turns exactly its faults on. */
export function Presets({ presets, here }: { presets: PresetView[]; here: string }) {
  return (
    <section class="card presets" aria-labelledby="presets-title" id="presets" data-live>
      <h2 id="presets-title">Situations</h2>
      <p class="soft small">
        One click turns on the faults of a situation, and all others off. The list below has each
        fault alone, with its parameters.
      </p>
      <ul>
        {presets.map(({ name, what, faults, isOn }) => (
          <li>
            <div>
              <p>
                <strong>{name}</strong>
              </p>
              <p class="soft small">
                <WithCode text={what} /> {Object.keys(faults).map(linkTo)}
              </p>
            </div>
            {isOn ? (
              <span class="tag failed">on</span>
            ) : (
              <ActButton
                act={{ method: 'PUT', path: 'faults', body: faults }}
                back={here}
                label={`Turn on: ${name}`}
              >
                Turn on
              </ActButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function linkTo(fault: string) {
  return (
    <>
      <a href={`#fault-${fault}`}>{fault}</a>{' '}
    </>
  )
}
