/**
 * The store: everything that the emulator keeps between requests.
 *
 * It owns KV, the Durable Objects, their keys, and the deletion of stored records. KV (`kv.ts`) holds
 * records that are written once: the kinds in `Stores` below, each under its own key prefix. `grants/`
 * holds the state of grants, `emulator/` the state that exists only once. `epochs.ts` resets and loads all
 * of them together. No other folder uses the bindings.
 * The store does not decide whether a request is permitted: policies are in `access/`.
 */
import { type Client, clientSchema } from './clients'
import type { EmulatorBinding } from './emulator'
import type { Epoch } from './emulator/state'
import { Grants, type GrantsBinding } from './grants'
import type { AccessGrant, DashboardGrant } from './grants/grant'
import { DASHBOARD, MANAGED_OAUTH } from './grants/product'
import { Records, sweep } from './kv'
import { type PolicyTest, policyTestSchema } from './policy-tests'
import { type RememberedConsent, rememberedConsentSchema } from './remembered-consent'
import { type Session, sessionSchema } from './sessions'

/** The bindings of the store. Only this folder uses them. */
export type StoreBindings = { KV: KVNamespace; GRANTS: GrantsBinding; EMULATOR: EmulatorBinding }

/** The records and grants of one epoch. */
export type Stores = {
  epoch: string
  clients: Records<Client>
  /** The grants of Managed OAuth. */
  grants: Grants<AccessGrant>
  /** The grants of the dashboard's OAuth server. */
  dashboardGrants: Grants<DashboardGrant>
  sessions: Records<Session>
  policyTests: Records<PolicyTest>
  /** The consents that the quirk `consent-remembered` remembers. */
  consents: Records<RememberedConsent>
  /** Deletes all records of an epoch from KV. */
  sweep(epoch: string): Promise<void>
  /** Opens the stores of another epoch. */
  inEpoch(epoch: Epoch): Stores
}

const opened = new WeakMap<KVNamespace, Stores>()

/** Opens the stores of an epoch. An isolate keeps those that it opened last, with what they remember. */
export function openStores(bindings: StoreBindings, of: Epoch): Stores {
  const known = opened.get(bindings.KV)
  if (known?.epoch === of.epoch) return known
  const stores = storesOf(bindings, of)
  opened.set(bindings.KV, stores)
  return stores
}

function storesOf(bindings: StoreBindings, of: Epoch): Stores {
  const { epoch } = of
  return {
    epoch,
    clients: new Records(bindings.KV, epoch, 'client', clientSchema),
    grants: new Grants(bindings.KV, bindings.GRANTS, of, MANAGED_OAUTH),
    dashboardGrants: new Grants(bindings.KV, bindings.GRANTS, of, DASHBOARD),
    sessions: new Records(bindings.KV, epoch, 'session', sessionSchema),
    policyTests: new Records(bindings.KV, epoch, 'policyTest', policyTestSchema),
    consents: new Records(bindings.KV, epoch, 'consent', rememberedConsentSchema),
    sweep: (ended) => sweep(bindings.KV, ended),
    inEpoch: (other) => openStores(bindings, other),
  }
}
