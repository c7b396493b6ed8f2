import type { Child } from 'hono/jsx'
import { ActButton, Guide, WithCode } from './action'
import { Fault, type FaultView, Source } from './fault'
import { Presets, type PresetView } from './fault-presets'
import { ConsoleFrame, type ConsolePage } from './frame'

type QuirkView = { name: string; what: string; source: string; isOn: boolean }
type Group<T> = { name: string; items: T[] }

type Faults = ConsolePage & {
  presets: PresetView[]
  faults: Group<FaultView>[]
  quirks: Group<QuirkView>[]
}

/** Renders the switches of faults, which break responses on purpose, and of quirks. */
export function FaultsPage({ presets, faults, quirks, ...page }: Faults) {
  const { here } = page
  const isAny = faults.some(({ items }) => items.some(({ active }) => active))
  return (
    <ConsoleFrame title="Faults and quirks" {...page}>
      <div class="title">
        <div>
          <h1>Faults</h1>
          <p class="soft">
            Test how your client handles failures. A fault applies to every client until you switch
            it off, unless you set limits. To change a fault that is on, switch it off and on again.{' '}
            <Guide file="control.md" />
          </p>
        </div>
        <div id="clear-faults" data-live>
          {isAny && (
            <ActButton act={{ method: 'DELETE', path: 'faults' }} back={here}>
              All faults off
            </ActButton>
          )}
        </div>
      </div>
      <nav class="chips" aria-label="Sections">
        <ul>
          {[{ id: 'presets', name: 'Situations' }, ...sectionsOf('faults', faults)].map(linkTo)}
          {linkTo({ id: 'quirks', name: 'Quirks' })}
        </ul>
      </nav>
      <Presets presets={presets} here={here} />
      {faults.map(({ name, items }) => (
        <Switches id={`faults-${idOf(name)}`} title={name}>
          {items.map((fault) => (
            <li id={`fault-${fault.name}`} data-live class="card">
              <Fault fault={fault} here={here} />
            </li>
          ))}
        </Switches>
      ))}
      <div class="title">
        <div>
          <h1 id="quirks">Quirks</h1>
          <p class="soft">
            Each quirk is a variant of what Access does. Switch one on to test your client with it.
          </p>
        </div>
      </div>
      {quirks.map(({ name, items }) => (
        <Switches id={`quirks-${idOf(name)}`} title={name}>
          {items.map((quirk) => (
            <li id={`quirk-${quirk.name}`} data-live class="card">
              <Quirk quirk={quirk} here={here} />
            </li>
          ))}
        </Switches>
      ))}
    </ConsoleFrame>
  )
}

function Switches({ id, title, children }: { id: string; title: string; children: Child }) {
  return (
    <section class="switches-group">
      <h2 class="group-title" id={id}>
        {title}
      </h2>
      <ul class="switches">{children}</ul>
    </section>
  )
}

function sectionsOf(list: string, groups: Group<unknown>[]) {
  return groups.map(({ name }) => ({ id: `${list}-${idOf(name)}`, name }))
}

function linkTo({ id, name }: { id: string; name: string }) {
  return (
    <li>
      <a href={`#${id}`}>{name}</a>
    </li>
  )
}

function idOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

function Quirk({ quirk, here }: { quirk: QuirkView; here: string }) {
  const { name, what, source, isOn } = quirk
  return (
    <>
      <div class="switch-head">
        <h3>{name}</h3>
        <ActButton
          act={{ method: 'PUT', path: `quirks/${name}`, body: { on: !isOn } }}
          back={here}
          class="switch"
          label={`Quirk ${name}`}
          isPressed={isOn}
        />
      </div>
      <p class="about">
        <WithCode text={what} />
      </p>
      <Source of={name} source={source} />
    </>
  )
}
