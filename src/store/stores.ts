import { MANAGED_OAUTH_FORMS } from '../access/token'
import { DASHBOARD_FORMS } from '../account/dash-token'
import { type Client, clientSchema } from './clients'
import { Grants } from './grants'
import {
  type AccessGrant,
  accessGrantSchema,
  type DashboardGrant,
  dashboardGrantSchema,
} from './grants/grant'
import type { GrantObject } from './grants/object'
import { Records } from './kv'
import { type PolicyTest, policyTestSchema } from './policy-tests'
import { type RememberedConsent, rememberedConsentSchema } from './remembered-consent'
import { type Session, sessionSchema } from './sessions'

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
}
type Bindings = { KV: KVNamespace; GRANTS: DurableObjectNamespace<GrantObject> }

const opened = new WeakMap<KVNamespace, Stores>()

/** The stores of the current epoch, one set for an isolate, so that they remember what they read. */
export function openStores(bindings: Bindings, epoch: string): Stores {
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
  }
  opened.set(bindings.KV, stores)
  return stores
}
