import { MANAGED_OAUTH_FORMS } from '../access/token'
import { DASHBOARD_FORMS } from '../account/oauth/dash-token'
import { type Client, clientSchema } from './clients'
import type { EmulatorBinding } from './emulator'
import { Grants, type GrantsBinding } from './grants'
import {
  type AccessGrant,
  accessGrantSchema,
  type DashboardGrant,
  dashboardGrantSchema,
} from './grants/grant'
import { Records, sweep } from './kv'
import { type PolicyTest, policyTestSchema } from './policy-tests'
import { type RememberedConsent, rememberedConsentSchema } from './remembered-consent'
import { type Session, sessionSchema } from './sessions'

/** The bindings that the store is in. Nothing else uses them. */
export type StoreBindings = { KV: KVNamespace; GRANTS: GrantsBinding; EMULATOR: EmulatorBinding }

/** The records and grants of one epoch. */
export type Stores = {
  epoch: string
  clients: Records<Client>
  /** Of Managed OAuth. */
  grants: Grants<AccessGrant>
  /** Of the dashboard's OAuth server. */
  dashboardGrants: Grants<DashboardGrant>
  sessions: Records<Session>
  policyTests: Records<PolicyTest>
  /** Of the quirk that remembers them. */
  consents: Records<RememberedConsent>
  /** Deletes all records of this epoch from KV. */
  sweep(): Promise<void>
  /** Opens the stores of another epoch. */
  inEpoch(epoch: string): Stores
}

const opened = new WeakMap<KVNamespace, Stores>()

/** Opens the stores of the current epoch, once for an isolate, so that they remember what they read. */
export function openStores(bindings: StoreBindings, epoch: string): Stores {
  const known = opened.get(bindings.KV)
  if (known?.epoch === epoch) return known
  const stores: Stores = {
    epoch,
    clients: new Records(bindings.KV, epoch, 'client', clientSchema),
    grants: new Grants(bindings.KV, bindings.GRANTS, epoch, {
      records: 'grant',
      objects: '',
      schema: accessGrantSchema,
      forms: MANAGED_OAUTH_FORMS,
      accessTokenEnds: 'itself',
    }),
    dashboardGrants: new Grants(bindings.KV, bindings.GRANTS, epoch, {
      records: 'dashboardGrant',
      objects: 'dashboard:',
      schema: dashboardGrantSchema,
      forms: DASHBOARD_FORMS,
      // Dashboard: the engine ends the whole chain of tokens, whichever of them is shown (B.4).
      accessTokenEnds: 'grant',
    }),
    sessions: new Records(bindings.KV, epoch, 'session', sessionSchema),
    policyTests: new Records(bindings.KV, epoch, 'policyTest', policyTestSchema),
    consents: new Records(bindings.KV, epoch, 'consent', rememberedConsentSchema),
    sweep: () => sweep(bindings.KV, epoch),
    inEpoch: (other) => openStores(bindings, other),
  }
  opened.set(bindings.KV, stores)
  return stores
}
