import { FaultsPage } from '../../pages/console/faults'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { FAULT_PRESETS } from '../../switches/fault-presets'
import { FAULT_GROUPS } from '../../switches/faults'
import { QUIRK_GROUPS } from '../../switches/quirks'
import { faultView, isPresetOn, type Subjects } from './fault-view'
import { type Control, fetchList } from './inside'
import { pageOf } from './view'

/** Handles `GET /_emulator/console/faults`: shows situations, faults and quirks as switches. */
export async function showFaultsPage(c: AppContext, control: Control): Promise<Response> {
  const [{ faults }, { quirks }, subjects, newest] = await Promise.all([
    fetchList(c, control, 'faults'),
    fetchList(c, control, 'quirks'),
    subjectsOf(c, control),
    c.get('emulator').events.newestNumber(),
  ])
  return respondPage(
    c,
    200,
    (nonce) => (
      <FaultsPage
        nonce={nonce}
        {...pageOf(c, newest)}
        presets={FAULT_PRESETS.map((preset) => ({ ...preset, isOn: isPresetOn(preset, faults) }))}
        faults={FAULT_GROUPS.map((name) => ({
          name,
          items: faults
            .filter(({ group }) => group === name)
            .map((fault) => faultView(fault, subjects)),
        }))}
        quirks={QUIRK_GROUPS.map((name) => ({
          name,
          items: quirks
            .filter(({ group }) => group === name)
            .map(({ on, ...quirk }) => ({ ...quirk, isOn: on })),
        }))}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

const MOST_CLIENTS = 50

// The newest clients, and every application. A fault can be limited to one of each.
async function subjectsOf(c: AppContext, control: Control): Promise<Subjects> {
  const { clients } = await fetchList(c, control, 'clients')
  const newest = clients.toSorted((a, b) => b.registered_at.localeCompare(a.registered_at))
  return {
    client: newest.slice(0, MOST_CLIENTS).map(({ id, name = '' }) => ({
      value: id,
      text: name ? `${name} (${id})` : id,
    })),
    application: c.get('configuration').applications.map(({ id, name }) => ({
      value: id,
      text: name,
    })),
  }
}
